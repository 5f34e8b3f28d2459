export default {
  name: "cluster",
  path: "/cluster",
  async ready({ page }) {
    await page.getByRole("rowheader", { name: /n1/ }).waitFor();
  },
  async check({ page }) {
    await page.getByText("This node is alone.").waitFor();
    await page.getByText("nodes decide in the control store").waitFor();
  },
};
