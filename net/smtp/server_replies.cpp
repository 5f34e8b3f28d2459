#include "net/smtp/server_replies.hpp"

namespace warmfront::smtp {

namespace {

constexpr server_reply all_server_replies[] = {
    {"214", "2.0.0", "HELP: the commands there are.", ""},
    {"220", "", "The greeting.", ""},
    {"220", "2.0.0", "STARTTLS: the handshake may begin.", ""},
    {"221", "2.0.0", "QUIT: goodbye.", ""},
    {"235", "2.7.0", "AUTH succeeded.", ""},
    {"250", "", "EHLO: the host and its extensions.", ""},
    {"250", "2.0.0",
     "Done. After the content: `queued as ID`; the mail is durable on every copy that was "
     "promised.",
     ""},
    {"250", "2.1.0", "MAIL: the sender is fine.", ""},
    {"250", "2.1.5", "RCPT: the recipient is fine.", ""},
    {"252", "2.0.0", "VRFY is not answered.", "Send the mail and see."},
    {"334", "", "AUTH: the next answer, please.", ""},
    {"354", "", "DATA: send the content.", ""},
    {"421", "4.3.0", "The mail could not be taken in time; the connection is closed.",
     "Try again later."},
    {"421", "4.3.2", "The node is shutting down or has too many connections.",
     "Try again later, or use another node."},
    {"421", "4.4.2", "The client said nothing for too long.", "Connect again."},
    {"421", "4.7.0", "Too many failed authentications or errors on this connection.",
     "Mend the client; connect again."},
    {"450", "4.7.0",
     "A limit of rate or of the day is reached: a pool that rejects what is over its limit.",
     "Try again after the time in the text, use another pool, or let the pool hold its mail."},
    {"451", "4.3.0",
     "The mail cannot be taken now: the second copy, the disk or the control store.",
     "Try again later; `warmfront cluster status` says what is missing."},
    {"451", "4.3.2", "The node is drained.", "Use another node of the cluster."},
    {"452", "4.3.1", "The reserve of free space is reached, or too much mail arrives at once.",
     "Try again later; free space on the node."},
    {"452", "4.5.3", "Too many recipients in one mail.", "Send it to those accepted, then go on."},
    {"454", "4.7.0",
     "AUTH is not possible now, or too many attempts from this address have failed.",
     "Wait some minutes; mend the key in the client."},
    {"500", "5.5.2", "The line is no command: unknown, too long, or with a bare CR, LF or NUL.",
     "Mend the client."},
    {"501", "5.5.2", "AUTH: the answer is not what the mechanism takes.", "Mend the client."},
    {"501", "5.5.4", "The command's argument is not valid.", "Mend the client."},
    {"501", "5.7.0", "AUTH was cancelled by the client.", ""},
    {"502", "5.5.1", "The command is not implemented, or there is no TLS here.",
     "Leave it out; `[tls]` brings STARTTLS."},
    {"503", "5.5.1", "The command does not belong here.", "Mend the order of commands."},
    {"504", "5.5.4", "AUTH: there is no such mechanism.", "Use PLAIN or LOGIN."},
    {"530", "5.7.0", "Authentication, or TLS before it, is required.",
     "Say STARTTLS, then AUTH; `smtp.relay_networks` names machines that need neither."},
    {"535", "5.7.8", "The key or password is wrong, or acts for somebody else.",
     "Use a key of `warmfront key create` or the password of a sender address."},
    {"538", "5.7.11", "AUTH is taken over TLS alone.", "Say STARTTLS first."},
    {"550", "5.1.1", "Port 25: the address is none that the cluster made.",
     "Strangers cannot send here: the port takes bounces and complaints."},
    {"550", "5.6.0", "The content has a bare CR or LF, a NUL or a line of over 998 octets.",
     "Mend the client: lines end with CRLF."},
    {"550", "5.7.1",
     "A rule says no: a sender domain that is not verified or another account's, a pool of "
     "another account.",
     "The text names the rule; `warmfront identity show DOMAIN`."},
    {"552", "5.3.4", "The mail is larger than `smtp.max_message_size`.", "Make it smaller."},
    {"553", "5.1.3", "RCPT: the address is none.", "Mend the address."},
    {"553", "5.1.7", "MAIL: the address is none.", "Mend the address."},
    {"553", "5.6.7", "The address is not ASCII, and MAIL did not say SMTPUTF8.",
     "Say SMTPUTF8, or use an ASCII address."},
    {"554", "5.4.6", "The mail has a hundred Received fields or more: a loop.",
     "Find who sends it back."},
    {"554", "5.5.1", "No valid recipients, or another protocol than SMTP.", "Mend the client."},
    {"554", "5.6.0", "The header or the request is not acceptable; the text says why.",
     "Mend the mail."},
    {"554", "5.6.7", "The header is not ASCII, and MAIL did not say SMTPUTF8.",
     "Encode the words (RFC 2047), or say SMTPUTF8."},
    {"555", "5.5.4", "MAIL or RCPT has a parameter that is not known.", "Leave it out."},
};

} // namespace

std::span<const server_reply> server_replies() noexcept {
  return all_server_replies;
}

} // namespace warmfront::smtp
