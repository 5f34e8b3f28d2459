#include "cluster-config/manual.hpp"

namespace warmfront::config {

namespace {

constexpr manual_entry table_texts[] = {
    {"node", "Who this node is, and where it keeps its data."},
    {"smtp", "Where mail comes in, and where answers to mail do."},
    {"http", "The administrative and the public listener."},
    {"http.tls", "TLS for HTTP. Needed for an administrative address other than loopback."},
    {"tls", "TLS for SMTP. With it submission offers STARTTLS."},
    {"cluster", "Several nodes with etcd as their control store. Absent: the node is alone, and "
                "its control store is in its data directory."},
    {"dns", "Who is asked for MX, addresses, policies and keys."},
    {"delivery", "How mail goes out."},
    {"warmup", "The length of a plan day."},
    {"provisioning", "How IPs are checked before and while they are in service."},
    {"identity", "What sender domains have to show."},
    {"cloud_api", "The API that is compatible with Tencent Cloud SES."},
    {"secrets", "What secrets are sealed with at rest."},
    {"log", "The log of the node: lines of JSON."},
    {"storage", "The disk."},
    {"tracking", "Opens and clicks of batch mail, where neither task nor message says."},
    {"webhooks", "Which receivers of events may be called."},
    {"history", "How long it is known what became of a message."},
    {"backup", "Backups that the node makes of itself while it runs."},
    {"events", "How long events are kept, and whether they are written to a file, too."},
    {"audit", "The log of changes made through the administrative listener."},
};

constexpr manual_entry key_texts[] = {
    {"node.name", "The name of the node, unique in the cluster."},
    {"node.hostname", "The name in HELO and in the banner. Its address must resolve to it and "
                      "back."},
    {"node.data_dir", "Where everything is kept. Only the node's user needs to read it."},
    {"smtp.submission", "Where clients submit with AUTH; STARTTLS is offered when [tls] is "
                        "given."},
    {"smtp.submissions", "The same with TLS from the first octet; needs [tls]."},
    {"smtp.inbound", "Where bounces, complaints and unsubscriptions come back, usually port 25. "
                     "Never a relay."},
    {"smtp.relay_networks", "Networks that may submit without AUTH."},
    {"smtp.max_message_size", "The largest mail that is taken."},
    {"smtp.inbound_max_size", "The largest mail that is taken of what comes back."},
    {"http.admin", "The administrative listener: REST, console, compatible API, metrics."},
    {"http.public", "The public listener: opens, clicks, unsubscriptions."},
    {"http.public_url", "What links in mail begin with. Empty: mail gets no links that were not "
                        "asked for."},
    {"http.public_tls", "Whether the public listener speaks TLS with the certificate of "
                        "[http.tls]."},
    {"http.trusted_proxies", "Networks of proxies before the public listener, whose "
                             "X-Forwarded-For is believed."},
    {"http.console", "The folder of the web console. Empty: the one that came with the program."},
    {"http.tls.certificate", "The certificate with its chain. SIGHUP reads it again."},
    {"http.tls.key", "Its key."},
    {"tls.certificate", "The certificate with its chain. SIGHUP reads it again."},
    {"tls.key", "Its key."},
    {"cluster.etcd", "The members of etcd. http only to loopback."},
    {"cluster.listen", "Where other nodes connect, with mutual TLS."},
    {"cluster.certificate", "The node's certificate of the cluster's authority; it serves for "
                            "etcd, too. SIGHUP reads it again."},
    {"cluster.key", "Its key."},
    {"cluster.ca", "The cluster's authority. Whoever has a certificate of it may join."},
    {"cluster.replication", "Whether mail has a second copy before it is acknowledged: required "
                            "refuses it when no other node can take one, preferred takes it "
                            "all the same and counts it."},
    {"cluster.takeover_after", "How long a node may be silent before its peers send what they "
                               "hold of it."},
    {"dns.servers", "Name servers, with their port. Empty: those of the system."},
    {"dns.dnssec", "Whether answers are validated, so that DANE holds. The servers asked must "
                   "pass signatures on."},
    {"dns.trust_anchor", "The trust anchor of DNSSEC: DS or DNSKEY records."},
    {"delivery.routes", "Fixed next hops: mail for a domain, or *, goes to a host and port "
                        "instead of to its MX."},
    {"delivery.providers", "Receiving providers beside those that are built in, by recipient "
                           "domains and MX hosts, for plans with limits by provider. Alike on "
                           "all nodes."},
    {"delivery.connections_per_site", "How many connections are open at once to a receiving site "
                                      "from an own IP."},
    {"delivery.loopback_hosts", "Whether MX hosts may be on loopback: for trials and tests."},
    {"delivery.mta_sts", "Whether policies of receivers (RFC 8461) hold."},
    {"delivery.ca_file", "Authorities of mail hosts and policy hosts. Empty: the system's."},
    {"delivery.retry_first", "The first wait after a temporary refusal. It doubles each time."},
    {"delivery.retry_last", "The longest wait."},
    {"delivery.expire_after", "How long a mail is tried before it goes back to its sender."},
    {"warmup.day", "The length of a plan day; shorter only for trials and tests."},
    {"provisioning.dns_lists", "DNS lists that must not name an IP."},
    {"provisioning.check_every", "How often they are asked about the IPs in use."},
    {"identity.require_verified", "Whether a sender domain has to be verified; false only for "
                                  "trials and tests."},
    {"identity.check_every", "How often the records of sender domains are looked at."},
    {"identity.rotate_every", "The age at which a DKIM key gets a successor. 0s: by hand."},
    {"identity.mx_hosts", "The hosts that take bounces, alike on all nodes. Empty: the node's "
                          "hostname."},
    {"identity.bulk_rules", "What becomes of batches that large receivers would not take: "
                            "refuse, warn or off. Empty: refuse where senders are verified, "
                            "else warn."},
    {"cloud_api.time_zone", "The offset of the compatible API's times without zone."},
    {"cloud_api.review_templates", "Whether templates wait for `warmfront template approve`."},
    {"cloud_api.requests_per_second", "Of each key and action, at each node. 0: no limit."},
    {"secrets.key_file", "The file with the key, the same on all nodes of a cluster; the "
                         "environment's WARMFRONT_SECRETS_KEY goes before it. Empty: a node "
                         "that is alone makes secrets.key in its data directory."},
    {"log.level", "What is logged: this and worse. SIGHUP reads it again."},
    {"log.file", "The file that lines go to. Empty: standard error."},
    {"storage.reserve", "Free space that new mail may not use up: 452 before delivery suffers."},
    {"tracking.opens", "Whether opens are seen."},
    {"tracking.clicks", "Whether clicks are seen."},
    {"webhooks.allowed_networks", "Networks that may be called though they are not public."},
    {"webhooks.allow_plain", "Whether http:// is allowed: for trials and tests."},
    {"webhooks.ca_file", "Authorities of receivers. Empty: the system's."},
    {"history.keep", "How long, since its acceptance, a message is known all of which has "
                     "ended."},
    {"backup.directory", "Where backups go, of this node alone and best on another disk. Empty: "
                         "it makes none."},
    {"backup.every", "How often one is made. 0s: only when asked."},
    {"backup.keep", "How many are kept; the older ones are removed."},
    {"backup.rate", "How much is copied a second at most. 0B: no limit."},
    {"events.keep", "How long events are kept that everybody has read."},
    {"events.file", "A file with a line of JSON for each event; SIGHUP opens it anew. Empty: "
                    "none."},
    {"events.file_size", "When the next file begins; five are kept."},
    {"audit.keep", "How long changes are kept."},
    {"audit.records",
     "How many are kept at most on this node of admins and operators, and as many of "
     "senders and viewers: the oldest go first."},
};

std::string_view find(std::span<const manual_entry> entries, std::string_view name) {
  for (const auto& [key, text] : entries)
    if (key == name)
      return text;
  return {};
}

} // namespace

std::span<const manual_entry> table_entries() {
  return table_texts;
}

std::span<const manual_entry> key_entries() {
  return key_texts;
}

std::string_view about_table(std::string_view name) {
  return find(table_texts, name);
}

std::string_view about_key(std::string_view name) {
  return find(key_texts, name);
}

} // namespace warmfront::config
