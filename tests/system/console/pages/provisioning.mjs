const POOL = "campaigns";

/** The addresses that the overview links to. */
export default {
  name: "provisioning",
  path: (made) => `/provisioning/${made.id}`,
  async prepare({ rest }) {
    return rest.post("/v1/provisionings", {
      pool: POOL,
      add: [{ address: "127.0.0.6" }],
      waive: ["reverse_dns", "helo", "dns_list"],
    });
  },
  async ready({ page, data }) {
    await page
      .getByRole("region", { name: `Steps of ${data.id}` })
      .getByText("127.0.0.6")
      .waitFor();
    await page.getByRole("button", { name: "Roll back" }).waitFor();
  },
  async check({ page, rest, data }) {
    await page.goto(`/pools/${POOL}`);
    await page.getByRole("heading", { name: `Pool ${POOL}`, level: 1 }).waitFor();
    await page
      .getByRole("region", { name: `IPs of ${POOL}` })
      .getByText("127.0.0.2")
      .waitFor();
    await rest.post(`/v1/provisionings/${data.id}/actions`, { action: "rollback" });
  },
};
