#include "admin/cli/examples.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace warmfront::admin::cli {

namespace {

struct example {
  std::string_view noun;
  std::string_view verb;
  std::string_view words; ///< what follows noun and verb
};

constexpr example examples[] = {
    {"cluster", "overview", "--watch=10"},
    {"cluster", "status", "--watch"},
    {"cluster", "verify", "-o json"},
    {"cluster", "migrate", "--config /etc/warmfront/node.toml"},
    {"node", "show", "n1"},
    {"node", "drain", "n2"},
    {"node", "undrain", "n2"},
    {"node", "remove", "n2"},
    {"node", "forget", "n2"},

    {"pool", "list", "-o json"},
    {"pool", "show", "shared"},
    {"pool", "create", "news --kind dedicated --account acme --ip 192.0.2.7 --plan standard"},
    {"pool", "change", "news --overflow pool:shared --ip 192.0.2.7 --plan standard"},
    {"pool", "delete", "news"},
    {"pool", "add-ip", "news 192.0.2.8 --plan standard --weight 2"},
    {"pool", "remove-ip", "news 192.0.2.8"},

    {"ip", "list", "--limit 50"},
    {"ip", "show", "192.0.2.7"},
    {"ip", "binding", "192.0.2.7"},
    {"ip", "quarantine", "192.0.2.7 --reason \"listed at a receiver\""},
    {"ip", "release", "192.0.2.7"},

    {"plan", "list", ""},
    {"plan", "show", "standard"},
    {"plan", "create", "gentle --days 200,400,800 --provider gmail=50,100,200"},
    {"plan", "change", "gentle --days 300,600,1200"},
    {"plan", "delete", "gentle"},

    {"warmup", "show", "192.0.2.7 --watch=5"},
    {"warmup", "ledger", "192.0.2.7"},
    {"warmup", "history", "192.0.2.7 --days 14"},
    {"warmup", "preview", "192.0.2.7 --set-day 4"},
    {"warmup", "forecast", "shared --recipients 100000 --start-at 2026-12-01T08:00:00Z"},
    {"warmup", "pause", "192.0.2.7"},
    {"warmup", "resume", "192.0.2.7"},
    {"warmup", "set-day", "192.0.2.7 4"},
    {"warmup", "set-plan", "example.net standard"},

    {"provision", "start", "news --add 192.0.2.8 --add 192.0.2.9 --parallel 1 --gate-day 5"},
    {"provision", "propose", "news --daily-volume 2000000"},
    {"provision", "list", ""},
    {"provision", "show", "0000019a8c1e0001"},
    {"provision", "pause", "0000019a8c1e0001"},
    {"provision", "resume", "0000019a8c1e0001"},
    {"provision", "rollback", "0000019a8c1e0001"},

    {"queue", "list", "--watch"},
    {"queue", "retry", "--pool shared --reason backoff"},
    {"queue", "expire", "--sender-domain example.net --older-than 6h"},
    {"queue", "cancel", "--task 12 --yes"},
    {"queue", "action", "0000019a8c1e0001"},

    {"key", "create", "acme --role sender"},
    {"key", "list", ""},
    {"key", "self", ""},
    {"key", "revoke", "k7"},

    {"account", "list", ""},
    {"account", "show", "acme"},
    {"account", "create", "acme"},
    {"account", "delete", "acme"},
    {"audit", "list", "--actor k7 --from 2026-11-01T00:00:00Z"},

    {"backup", "create", ""},
    {"backup", "progress", "--watch"},
    {"backup", "list", ""},
    {"backup", "verify", "--config /etc/warmfront/node.toml --deep"},
    {"backup", "restore", "--config /etc/warmfront/node.toml --backup 12"},
    {"backup", "held", "--config /etc/warmfront/node.toml --release"},
    {"backup", "prune", "--config /etc/warmfront/node.toml --keep 14"},

    {"pki", "init", "--dir pki"},
    {"pki", "node", "n1 --address 10.0.0.1 --dir pki"},

    {"identity", "list", "--account acme"},
    {"identity", "show", "example.net"},
    {"identity", "dns", "example.net"},
    {"identity", "verify", "example.net"},
    {"identity", "check", "example.net --pool shared"},
    {"identity", "change", "example.net --return-path bounce.example.net"},
    {"identity", "add-key", "example.net --algorithm ed25519-sha256"},
    {"identity", "remove-key", "example.net wf1"},
    {"identity", "add", "example.net --tag team=news"},
    {"identity", "remove", "example.net"},
    {"identity", "senders", "example.net"},
    {"identity", "add-sender", "example.net news@example.net --display-name \"Example News\""},
    {"identity", "remove-sender", "example.net news@example.net"},
    {"identity", "password", "example.net news@example.net --password-file password.txt"},

    {"suppression", "list", "--reason complaint"},
    {"suppression", "add", "bob@example.org --text \"asked by telephone\""},
    {"suppression", "remove", "bob@example.org"},
    {"suppression", "import", "list.csv --reason hard_bounce"},
    {"suppression", "export", "--reason hard_bounce > list.csv"},

    {"complaints", "address", ""},
    {"stats", "", "--from 2026-11-01 --by domain,provider"},
    {"stats", "series", "--names accepted,delivered --step 10m"},
    {"tls", "", "--from 2026-11-01"},

    {"template", "list", ""},
    {"template", "show", "welcome --version 2"},
    {"template", "create", "welcome --subject \"Hello {{name}}\" --html-file mail.html"},
    {"template", "change", "welcome --subject \"Hello {{name}}\" --text-file mail.txt"},
    {"template", "render", "welcome --variable name=Ada"},
    {"template", "approve", "welcome"},
    {"template", "reject", "welcome --reason \"no way to unsubscribe\""},
    {"template", "delete", "welcome"},

    {"group", "list", ""},
    {"group", "show", "readers"},
    {"group", "create", "readers --description \"the weekly letter\""},
    {"group", "import", "readers list.csv"},
    {"group", "replace", "readers list.csv"},
    {"group", "recipients", "readers --limit 20"},
    {"group", "delete", "readers"},

    {"task", "create",
     "--template welcome --group readers --from \"News <news@example.net>\" --every 7d"},
    {"task", "preview", "--rrule \"FREQ=WEEKLY;BYDAY=MO\" --timezone Europe/Berlin --count 5"},
    {"task", "list", ""},
    {"task", "show", "12 --watch"},
    {"task", "occurrences", "12"},
    {"task", "pause", "12"},
    {"task", "resume", "12"},
    {"task", "cancel", "12"},
    {"task", "delete", "12"},

    {"send", "",
     "--from news@example.net --to bob@example.org --subject Hello --text \"Good morning\""},

    {"message", "list", "--to bob@example.org --state deferred"},
    {"message", "show", "0190a3c4d5e6f7a8b9c0d1e2f3a4b5c6"},
    {"message", "why", "0190a3c4d5e6f7a8b9c0d1e2f3a4b5c6"},
    {"message", "timeline", "0190a3c4d5e6f7a8b9c0d1e2f3a4b5c6 --to bob@example.org"},
    {"message", "retry", "0190a3c4d5e6f7a8b9c0d1e2f3a4b5c6"},
    {"message", "cancel", "0190a3c4d5e6f7a8b9c0d1e2f3a4b5c6"},

    {"webhook", "add", "https://hooks.example.com/mail --kinds bounced --kinds complained"},
    {"webhook", "list", ""},
    {"webhook", "show", "3"},
    {"webhook", "change", "3 https://hooks.example.com/mail --description \"the shop\""},
    {"webhook", "test", "3"},
    {"webhook", "rotate-secret", "3"},
    {"webhook", "enable", "3"},
    {"webhook", "disable", "3"},
    {"webhook", "delete", "3"},
    {"webhook", "dead", "3"},
    {"webhook", "replay", "3"},

    {"event", "list", "--kinds bounced,complained --after 0"},

    {"apply", "", "-f cluster.yaml --dry-run"},
    {"export", "", "> cluster.yaml"},
    {"doctor", "", "--config /etc/warmfront/node.toml"},
    {"top", "", ""},
    {"completion", "", "bash > /etc/bash_completion.d/warmfront"},
    {"reference", "", "-o json"},
};

} // namespace

std::string example_of(std::string_view noun, std::string_view verb) {
  const auto known = std::find_if(std::begin(examples), std::end(examples), [&](const auto& each) {
    return each.noun == noun && each.verb == verb;
  });
  if (known == std::end(examples)) {
    return {};
  }
  std::string line = "warmfront";
  for (const auto words : {noun, verb, known->words}) {
    if (!words.empty()) {
      line += ' ';
      line += words;
    }
  }
  return line;
}

} // namespace warmfront::admin::cli
