// Sources: the registry of enhanced status codes (RFC 3463, 5248, 7372, 7504, 7505), and what the
// receivers publish or their software has in its source: Gmail "SMTP error reference", Outlook
// "Non-delivery report codes" and postmaster pages, Yahoo and AOL "SMTP error codes", Postfix
// (smtpd.c, virtual.c, pipe.c, bounce_notify_util.c), Exim (spec, chapter 43), Sendmail
// (usersmtp.c, err.c), qmail (qmail-remote.c, qmail-local.c), Dovecot LMTP, GMX and Web.de "Mail
// error codes", QQ and NetEase postmaster pages.
#include "net/smtp/bounce_rules.hpp"

#include <array>

namespace warmfront::smtp {

namespace {

using is = bounce_class;

constexpr std::array rules_in_order{
    // The status names the recipient, its mailbox, or the way there.
    bounce_rule{is::invalid, "1.1", ""},
    bounce_rule{is::invalid, "1.2", ""},
    bounce_rule{is::invalid, "1.3", ""},
    bounce_rule{is::invalid, "1.6", ""},  // moved, and nobody says where to
    bounce_rule{is::invalid, "1.10", ""}, // RFC 7505: the domain takes no mail
    bounce_rule{is::invalid, "2.1", ""},
    bounce_rule{is::mailbox_full, "2.2", ""},
    bounce_rule{is::too_large, "2.3", ""},
    bounce_rule{is::too_large, "3.4", ""},
    bounce_rule{is::loop, "4.6", ""},
    bounce_rule{is::expired, "4.7", ""},
    // RFC 7372: SPF and DKIM. Gmail, Outlook and Yahoo say "blocked" and "spam" beside these.
    bounce_rule{is::authentication, "7.20", ""},
    bounce_rule{is::authentication, "7.21", ""},
    bounce_rule{is::authentication, "7.22", ""},
    bounce_rule{is::authentication, "7.23", ""},
    bounce_rule{is::authentication, "7.24", ""},
    bounce_rule{is::authentication, "7.26", ""},
    bounce_rule{is::authentication, "7.515", ""}, // Outlook, since 2025
    bounce_rule{is::authentication, "", "dmarc"},
    bounce_rule{is::authentication, "", "spf check"},
    bounce_rule{is::authentication, "", "spf fail"},
    bounce_rule{is::authentication, "", "failed spf"},
    bounce_rule{is::authentication, "", "sender is unauthenticated"},
    bounce_rule{is::authentication, "", "dkim check failed"},
    // Unwanted, or of a sender of bad repute.
    bounce_rule{is::spam, "", "spam"},
    bounce_rule{is::spam, "", "unsolicited"},
    bounce_rule{is::spam, "", "junk"},
    bounce_rule{is::spam, "", "blacklist"},
    bounce_rule{is::spam, "", "blocklist"},
    bounce_rule{is::spam, "", "block list"},
    bounce_rule{is::spam, "", "dnsbl"},
    bounce_rule{is::spam, "", "reputation"},
    bounce_rule{is::spam, "", "suspicious"},
    bounce_rule{is::spam, "", "phish"},
    bounce_rule{is::spam, "", "bulk mail"},
    bounce_rule{is::spam, "", "content rejected"},
    bounce_rule{is::spam, "", "user complaints"}, // Yahoo, [TSS04]
    // Too much at once.
    bounce_rule{is::rate, "7.28", ""},
    bounce_rule{is::rate, "", "rate limit"},
    bounce_rule{is::rate, "", "too many messages"},
    bounce_rule{is::rate, "", "too many connections"},
    bounce_rule{is::rate, "", "too fast"},
    bounce_rule{is::rate, "", "throttl"},
    bounce_rule{is::rate, "", "frequency limit"}, // QQ
    // The mail itself: viruses, attachments, what cannot be converted.
    bounce_rule{is::content, "6.", ""},
    bounce_rule{is::content, "", "virus"},
    bounce_rule{is::content, "", "malware"},
    bounce_rule{is::content, "", "attachment"},
    bounce_rule{is::policy, "7.", ""},
    // Without a status that says enough.
    bounce_rule{is::invalid, "", "user unknown"},
    bounce_rule{is::invalid, "", "unknown user"},
    bounce_rule{is::invalid, "", "no such user"},
    bounce_rule{is::invalid, "", "no such recipient"},
    bounce_rule{is::invalid, "", "no such address"},
    bounce_rule{is::invalid, "", "unknown recipient"},
    bounce_rule{is::invalid, "", "recipient unknown"},
    bounce_rule{is::invalid, "", "unknown address"},
    bounce_rule{is::invalid, "", "does not exist"},
    bounce_rule{is::invalid, "", "doesn't exist"},
    bounce_rule{is::invalid, "", "no mailbox here"}, // qmail
    bounce_rule{is::invalid, "", "doesn't have a"},  // "… yahoo.com account"
    bounce_rule{is::invalid, "", "invalid recipient"},
    bounce_rule{is::invalid, "", "invalid mailbox"},
    bounce_rule{is::invalid, "", "mailbox not found"},
    bounce_rule{is::invalid, "", "mailbox unavailable: user"},
    bounce_rule{is::invalid, "", "user not found"},
    bounce_rule{is::invalid, "", "no such mailbox"},
    bounce_rule{is::invalid, "", "account is disabled"},
    bounce_rule{is::invalid, "", "account has been disabled"},
    bounce_rule{is::invalid, "", "address rejected: user"},
    bounce_rule{is::invalid, "", "not a valid mailbox"},
    bounce_rule{is::invalid, "", "wasn't found at"}, // Outlook
    bounce_rule{is::invalid, "", "couldn't be found"},
    bounce_rule{is::no_host, "1.8", ""},
    bounce_rule{is::no_host, "4.4", ""},
    bounce_rule{is::no_host, "", "host or domain name not found"}, // Postfix
    bounce_rule{is::no_host, "", "host not found"},
    bounce_rule{is::no_host, "", "host unknown"},           // Sendmail
    bounce_rule{is::no_host, "", "couldn't find any host"}, // qmail
    bounce_rule{is::no_host, "", "unrouteable address"},    // Exim
    bounce_rule{is::no_host, "", "domain not found"},
    bounce_rule{is::no_host, "", "dns error"},
    bounce_rule{is::mailbox_full, "", "mailbox full"},
    bounce_rule{is::mailbox_full, "", "mailbox is full"},
    bounce_rule{is::mailbox_full, "", "over quota"},
    bounce_rule{is::mailbox_full, "", "over its quota"},
    bounce_rule{is::mailbox_full, "", "out of storage"}, // Gmail
    bounce_rule{is::mailbox_full, "", "quota exceeded"},
    bounce_rule{is::mailbox_full, "", "exceeded storage"},
    bounce_rule{is::mailbox_full, "", "insufficient storage"},
    bounce_rule{is::mailbox_full, "", "insufficient system storage"},
    bounce_rule{is::too_large, "", "message too large"},
    bounce_rule{is::too_large, "", "message size exceeds"},
    bounce_rule{is::too_large, "", "message exceeds"},
    bounce_rule{is::loop, "", "too many hops"},
    bounce_rule{is::loop, "", "mail forwarding loop"},
    bounce_rule{is::loop, "", "loops back to myself"},
    bounce_rule{is::expired, "", "retry timeout exceeded"},     // Exim
    bounce_rule{is::expired, "", "retry time not reached"},     // Exim
    bounce_rule{is::expired, "", "been in the queue too long"}, // qmail
    bounce_rule{is::expired, "", "could not be delivered for"}, // Sendmail
    bounce_rule{is::expired, "", "delivery time expired"},      // Exchange
    bounce_rule{is::expired, "", "message expired"},
    bounce_rule{is::expired, "", "connection timed out"},
    bounce_rule{is::expired, "", "connection refused"},
};

} // namespace

std::span<const bounce_rule> bounce_rules() noexcept {
  return rules_in_order;
}

} // namespace warmfront::smtp
