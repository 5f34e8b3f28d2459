// What a cluster is to be, as `apply` reads it and `export` writes it. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "admin/api/json.hpp"

namespace warmfront::admin::cli {

/// In the order in which they are made: what comes later may need what comes before.
enum class thing : std::uint8_t { plan, pool, ip, identity, sender, mail_template, webhook };
/// `plan`, …, `template`, `webhook`.
[[nodiscard]] std::string_view to_string(thing what) noexcept;

/// One thing that is declared. `name` is different for each of a kind, and one form of what can
/// be written in several: `news/2001:db8::1` for an IP of a pool, `acme/welcome` for a template,
/// `acme/https://h.example/x (2)` for the second webhook of one URL.
struct declared_item {
  thing what = thing::plan;
  std::string name;
  ordered_json fields; ///< what is said of it; what is not said is left as it is
  std::string id{};    ///< of a webhook that exists
};

struct declared_state {
  std::vector<declared_item> items;
  std::set<thing> declared;       ///< the kinds that are spoken of: only those can be pruned
  std::set<std::string> complete; ///< pools whose IPs, domains whose senders are spoken of
};

/// Reads a document `{plans[], pools[{…, ips[]}], identities[{…, senders[]}], templates[],
/// webhooks[]}`, each entry as in the API, with `account` (`default` where it is missing).
/// `invalid_argument` with the place of the first fault: unknown fields, wrong values, a thing that
/// comes twice.
[[nodiscard]] result<declared_state> read_state(const ordered_json& document);

/// What exists, by what the API lists; with the numbers of webhooks. `protocol` for what no node
/// lists: limits and rules for new things do not count here.
[[nodiscard]] result<declared_state> read_listed(const ordered_json& listed);

/// What the API lists, as such a document: built-in plans, states, counters and secrets are left
/// out. Identities have their `senders` in them; templates their texts.
[[nodiscard]] ordered_json to_document(const ordered_json& listed);

} // namespace warmfront::admin::cli
