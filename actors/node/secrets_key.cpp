#include <cstdlib>

#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

error not_a_seal_key(const std::string& where) {
  return {errc::invalid_argument, where + " does not hold a secrets key",
          "give 64 hexadecimal digits or 32 octets in base64, as `openssl rand -hex 32` makes them",
          "secrets.key_file"};
}

} // namespace

// A node that is alone makes its key. Nodes of a cluster would each make another one, and none
// could read what the others sealed.
result<std::optional<seal_key>> find_secrets_key(const config::config& settings) {
  if (const char* const given = std::getenv("WARMFRONT_SECRETS_KEY")) {
    const auto key = parse_seal_key(given);
    return key ? result<std::optional<seal_key>>{key} : not_a_seal_key("WARMFRONT_SECRETS_KEY");
  }
  const std::filesystem::path path =
      settings.secrets.key_file.empty()
          ? std::filesystem::path{settings.node.data_dir} / "secrets.key"
          : std::filesystem::path{settings.secrets.key_file};
  std::error_code failure;
  if (std::filesystem::exists(path, failure)) {
    WARMFRONT_TRY(line, read_key_file(path));
    const auto key = parse_seal_key(line);
    return key ? result<std::optional<seal_key>>{key} : not_a_seal_key(path.string());
  }
  if (settings.cluster)
    return std::optional<seal_key>{};
  WARMFRONT_TRY(made, make_seal_key());
  WARMFRONT_TRY(write_key_file(path, to_text(made)));
  return std::optional{made};
}

} // namespace warmfront
