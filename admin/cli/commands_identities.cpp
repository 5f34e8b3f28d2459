// The commands about who sends, and who is not sent to.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument account{.name = "account",
                           .about = "whose it is; the key's own account by default",
                           .where = place::query};
constexpr argument page_of_account[] = {account, limit, after};
constexpr argument domain{.name = "domain",
                          .about = "the sender domain",
                          .where = place::path,
                          .positional = true,
                          .required = true};
constexpr argument sender{.name = "address",
                          .about = "the sender address",
                          .where = place::path,
                          .positional = true,
                          .required = true};
constexpr argument by_domain[] = {domain, account};
constexpr argument page_of_domain[] = {domain, account, limit, after};
constexpr argument identity_add[] = {
    {.name = "domain", .about = "the sender domain", .positional = true, .required = true},
    {.name = "tags", .about = "a note, as in team=news", .kind = shape::named_texts},
    account,
};
constexpr argument identity_add_sender[] = {
    domain,
    {.name = "address", .about = "the sender address", .positional = true, .required = true},
    {.name = "display_name", .about = "the name shown with it"},
    account,
};
constexpr argument by_sender[] = {domain, sender, account};
constexpr argument identity_check[] = {
    domain,
    {.name = "pool", .about = "the pool that it would leave from"},
    {.name = "from_domain", .about = "of its author: this domain or one below it"},
    account,
};
constexpr argument identity_change[] = {
    domain,
    {.name = "return_path", .about = "where bounces go, as in bounce.example.net"},
    {.name = "tracking_host", .about = "where links lead, as in links.example.net"},
    account,
};
constexpr argument identity_add_key[] = {
    domain,
    {.name = "algorithm", .about = "rsa-sha256 or ed25519-sha256"},
    {.name = "selector", .about = "its name; one is chosen by default"},
    {.name = "private_key", .about = "a key to import, as PEM", .kind = shape::secret_file},
    account,
};
constexpr argument identity_remove_key[] = {
    domain,
    {.name = "selector",
     .about = "the key's name",
     .where = place::path,
     .positional = true,
     .required = true},
    account,
};
constexpr argument identity_password[] = {
    domain,
    sender,
    {.name = "password",
     .about = "a file that holds it, - for standard input",
     .kind = shape::secret_file,
     .required = true},
    account,
};
constexpr argument suppression_list[] = {
    {.name = "address", .about = "only this address", .where = place::query},
    {.name = "reason",
     .about = "manual, hard_bounce, complaint or unsubscribe",
     .where = place::query},
    account,
    limit,
    after,
};
constexpr argument suppression_add[] = {
    {.name = "address", .about = "the address", .positional = true, .required = true},
    {.name = "reason", .about = "manual, hard_bounce, complaint or unsubscribe"},
    {.name = "until", .about = "when it is over, as in 2027-01-01T00:00:00Z; never by default"},
    {.name = "text", .about = "a note"},
    account,
};
constexpr argument suppression_remove[] = {
    {.name = "address",
     .about = "the address",
     .where = place::path,
     .positional = true,
     .required = true},
    account,
};
constexpr argument suppression_export[] = {
    {.name = "reason",
     .about = "manual, hard_bounce, complaint or unsubscribe",
     .where = place::query},
    account,
};
constexpr argument suppression_import[] = {
    {.name = "file",
     .about = "the list: CSV with a column address, and reason, until, text; - for standard input",
     .where = place::list,
     .positional = true,
     .required = true},
    {.name = "reason", .about = "of lines that give none; manual", .where = place::query},
    {.name = "until",
     .about = "of lines that give none: when they are over; never",
     .where = place::query},
    account,
};
constexpr command all_identities[] = {
    {"identity", "list", "Lists the sender domains.", "GET", "/v1/identities", page_of_account, "",
     "domain account verified senders created_at"},
    {"identity", "show", "Shows a sender domain, and what to publish in the DNS.", "GET",
     "/v1/identities/{}", by_domain},
    {"identity", "dns", "Shows what to publish for a sender domain, as lines of a zone file.",
     "GET", "/v1/identities/{}/dns", by_domain, "", "", true},
    {"identity", "verify", "Looks now whether it is published.", "POST", "/v1/identities/{}/verify",
     by_domain},
    {"identity", "check", "Says whether large receivers would take a batch.", "POST",
     "/v1/identities/{}/check", identity_check, "{}"},
    {"identity", "change", "Changes where bounces and links go.", "PUT", "/v1/identities/{}",
     identity_change, "{}"},
    {"identity", "add-key", "Makes or imports a key to sign with; it signs once it is published.",
     "POST", "/v1/identities/{}/keys", identity_add_key, "{}"},
    {"identity", "remove-key", "Ends the use of a key.", "DELETE", "/v1/identities/{}/keys/{}",
     identity_remove_key},
    {"identity", "add", "Adds a sender domain.", "POST", "/v1/identities", identity_add, "{}"},
    {"identity", "remove", "Removes a sender domain that has no addresses.", "DELETE",
     "/v1/identities/{}", by_domain},
    {"identity", "senders", "Lists the addresses of a sender domain.", "GET",
     "/v1/identities/{}/senders", page_of_domain, "",
     "address display_name has_password created_at"},
    {"identity", "add-sender", "Adds a sender address.", "POST", "/v1/identities/{}/senders",
     identity_add_sender, "{}"},
    {"identity", "remove-sender", "Removes a sender address.", "DELETE",
     "/v1/identities/{}/senders/{}", by_sender},
    {"identity", "password", "Sets the password with which an address may submit over SMTP.", "PUT",
     "/v1/identities/{}/senders/{}/password", identity_password, "{}"},

    {"suppression", "list", "Lists addresses that are not sent to.", "GET", "/v1/suppressions",
     suppression_list, "", "address account reason since until text"},
    {"suppression", "add", "Lets an address not be sent to.", "POST", "/v1/suppressions",
     suppression_add, "{}"},
    {"suppression", "remove", "Lets an address be sent to again.", "DELETE", "/v1/suppressions/{}",
     suppression_remove},

    {"suppression", "import", "Reads a list of addresses that are not to be sent to.", "POST",
     "/v1/suppressions/import", suppression_import},
    {.noun = "suppression",
     .verb = "export",
     .about = "Writes all addresses that are not sent to as CSV, which import reads.",
     .method = "GET",
     .path = "/v1/suppressions",
     .arguments = suppression_export,
     .columns = "address reason until text account",
     .exports_all = true},
};

} // namespace

std::span<const command> identity_commands() noexcept {
  return all_identities;
}

} // namespace warmfront::admin::cli
