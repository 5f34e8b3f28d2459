// Mails for others to check: `signed_mails write FOLDER COUNT SEED DOMAIN NOW` makes two keys,
// writes COUNT random mails, signed with both, as NUMBER.eml and the records of the keys as
// `records` (a selector, a tab, a text). `signed_mails check FOLDER DOMAIN NOW` reads mails and
// records from there and prints `NAME SELECTOR VERDICT` for each signature.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "net/dkim/sign.hpp"
#include "net/dkim/verify.hpp"
#include "tests/net/dkim/random_mail.hpp"

namespace {

using namespace warmfront;
namespace fs = std::filesystem;

/// Two keys; their records are written.
std::vector<dkim::signer> make_signers(const fs::path& folder, const std::string& domain) {
  std::vector<dkim::signer> signers{
      {domain, "wf1r", dkim::private_key::generate(dkim::algorithm::rsa_sha256).value()},
      {domain, "wf1e", dkim::private_key::generate(dkim::algorithm::ed25519_sha256).value()}};
  std::ofstream records{folder / "records"};
  for (const auto& each : signers)
    records << each.selector << '\t' << each.key->public_record() << '\n';
  return signers;
}

bool write_signed(const fs::path& file, const std::string& mail,
                  const std::vector<dkim::signer>& signers, wall_time now) {
  const auto fields = dkim::sign(mail, signers, now);
  if (fields)
    std::ofstream{file, std::ios::binary} << fields.value() << mail;
  return fields.has_value();
}

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

int write_mails(const fs::path& folder, std::uint64_t count, std::uint64_t seed,
                const std::string& domain, wall_time now) {
  const auto signers = make_signers(folder, domain);
  for (std::uint64_t number = 0; number < count; ++number) {
    seeded_random random{seed + number};
    if (!write_signed(folder / (std::to_string(number) + ".eml"), testing::random_mail(random),
                      signers, now))
      return 1;
  }
  return 0;
}

int sign_mails(const fs::path& folder, const std::string& domain, wall_time now) {
  const auto signers = make_signers(folder, domain);
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().extension() == ".eml" &&
        !write_signed(entry.path(), content_of(entry.path()), signers, now))
      return 1;
  return 0;
}

int check_mails(const fs::path& folder, const std::string& domain, wall_time now) {
  dkim::key_answers answers;
  std::ifstream records{folder / "records"};
  for (std::string line; std::getline(records, line);) {
    const auto tab = line.find('\t');
    answers[line.substr(0, tab) + "._domainkey." + domain] = {
        dns::answer_kind::found, {line.substr(tab + 1)}, {}};
  }
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().extension() == ".eml") {
      const auto mail = content_of(entry.path());
      for (const auto& each : dkim::verification{mail}.conclude(answers, now))
        std::printf("%s %s %s\n", entry.path().stem().c_str(),
                    each.selector.empty() ? "-" : each.selector.c_str(),
                    std::string{to_string(each.kind)}.c_str());
    }
  return 0;
}

wall_time moment(const char* text) {
  return wall_time{std::chrono::seconds{std::strtoll(text, nullptr, 10)}};
}

} // namespace

int main(int count, char** words) {
  const std::vector<std::string> given{words + 1, words + count};
  if (given.size() == 6 && given[0] == "write")
    return write_mails(given[1], std::stoull(given[2]), std::stoull(given[3]), given[4],
                       moment(given[5].c_str()));
  if (given.size() == 4 && given[0] == "sign")
    return sign_mails(given[1], given[2], moment(given[3].c_str()));
  if (given.size() == 4 && given[0] == "check")
    return check_mails(given[1], given[2], moment(given[3].c_str()));
  std::fprintf(stderr, "usage: signed_mails write FOLDER COUNT SEED DOMAIN NOW\n"
                       "       signed_mails sign FOLDER DOMAIN NOW\n"
                       "       signed_mails check FOLDER DOMAIN NOW\n");
  return 2;
}
