// What each command does to a session.
#include "net/smtp/server_dialogue.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/smtp/command.hpp"

namespace warmfront::smtp {

namespace {

constexpr std::size_t command_octets_max = 2048; // RFC 5321 §4.5.3.1.4 and its extensions

/// A request line of HTTP, from a browser or proxy led here to smuggle SMTP in its body.
bool is_http(std::string_view line) noexcept {
  constexpr std::array<std::string_view, 9> methods{
      "GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "CONNECT ", "DELETE ", "PATCH ", "TRACE "};
  return line.find("HTTP/") != std::string_view::npos ||
         std::any_of(methods.begin(), methods.end(), [line](std::string_view method) {
           return line.size() > method.size() &&
                  same_ignoring_case(line.substr(0, method.size()), method);
         });
}

/// A name or address literal of the client: it goes into the Received field as it is.
bool is_hello_name(std::string_view text) noexcept {
  constexpr std::size_t domain_octets_max = 255;
  return !text.empty() && text.size() <= domain_octets_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c > ' ' && c <= '~' &&
                  std::string_view{"()<>@,;\\\""}.find(c) == std::string_view::npos;
         });
}

constexpr std::string_view no_argument = "501 5.5.4 this command takes no argument";
constexpr std::string_view hello_first = "503 5.5.1 say EHLO first";
constexpr std::string_view mail_first = "503 5.5.1 say MAIL first";
constexpr std::string_view no_recipients = "554 5.5.1 no valid recipients";
constexpr std::string_view chunks_begun = "503 5.5.1 only BDAT or RSET may follow BDAT";

std::string_view text_of(data_defect defect) noexcept {
  switch (defect) {
  case data_defect::bare_line_end:
    return "550 5.6.0 the message has a CR or LF that is not part of a CRLF";
  case data_defect::nul:
    return "550 5.6.0 the message has a NUL octet";
  case data_defect::long_line:
    return "550 5.6.0 the message has a line of more than 998 octets";
  case data_defect::too_large:
    return "552 5.3.4 the message is larger than the limit";
  case data_defect::no_room:
    return "452 4.3.1 too much mail is arriving at once, try again later";
  case data_defect::none:
    break;
  }
  return {};
}

} // namespace

server_dialogue::next server_dialogue::on_line(std::string_view line) {
  constexpr std::string_view forbidden{"\r\n\0", 3};
  if (line.find_first_of(forbidden) != std::string_view::npos) {
    mode_ = mode::command;
    return refuse("500 5.5.2 bare CR, bare LF or NUL in a line");
  }
  if (mode_ == mode::sasl) {
    return on_sasl(sasl_.answer(line));
  }
  const auto given = parse_command(line);
  if (given.name == verb::unknown && is_http(line)) {
    return close_with("554 5.5.1 this port speaks SMTP, not HTTP");
  }
  if (line.size() + 2 > command_octets_max && given.name != verb::auth) {
    return refuse("500 5.5.2 line too long");
  }
  return on_command(given);
}

server_dialogue::next server_dialogue::on_command(command given) {
  switch (given.name) {
  case verb::ehlo:
  case verb::helo:
    return on_hello(given.argument, given.name == verb::ehlo);
  case verb::mail:
    return on_mail(given.argument);
  case verb::rcpt:
    return on_rcpt(given.argument);
  case verb::data:
    return on_data(given.argument);
  case verb::bdat:
    return on_bdat(given.argument);
  case verb::auth:
    return on_auth(given.argument);
  case verb::starttls:
    return on_starttls(given.argument);
  case verb::quit:
    return on_quit(given.argument);
  case verb::rset:
    if (!given.argument.empty()) {
      return refuse(no_argument);
    }
    end_transaction();
    say("250 2.0.0 ok");
    return std::nullopt;
  case verb::noop:
    say("250 2.0.0 ok");
    return std::nullopt;
  case verb::vrfy:
    if (given.argument.empty()) {
      return refuse("501 5.5.4 expected VRFY and an address");
    }
    say("252 2.0.0 cannot verify, send the mail and see");
    return std::nullopt;
  case verb::help:
    say("214 2.0.0 EHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY AUTH STARTTLS, see RFC 5321");
    return std::nullopt;
  case verb::expn:
    return refuse("502 5.5.1 not implemented");
  case verb::unknown:
    break;
  }
  return refuse("500 5.5.2 command not recognised");
}

server_dialogue::next server_dialogue::on_hello(std::string_view argument, bool extended) {
  if (!is_hello_name(argument)) {
    return refuse("501 5.5.4 expected your host name");
  }
  if (mail_open_) {
    end_transaction();
  }
  helo_ = argument;
  extended_ = extended;
  if (!extended) {
    say("250 " + rules_.hostname);
    return std::nullopt;
  }
  output_.append("250-").append(rules_.hostname).append("\r\n250-PIPELINING\r\n250-SIZE ");
  output_.append(std::to_string(rules_.limits.message_octets_max)).append("\r\n");
  if (peer_.starttls && !tls_) {
    output_.append("250-STARTTLS\r\n");
  }
  if (authentication_offered() && !client_) {
    output_.append("250-AUTH PLAIN LOGIN\r\n");
  }
  if (tls_) { // RFC 8689 §4: a promise that only those who kept it so far may ask for
    output_.append("250-REQUIRETLS\r\n");
  }
  output_.append("250-8BITMIME\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250-DSN\r\n"
                 "250 ENHANCEDSTATUSCODES\r\n");
  return std::nullopt;
}

bool server_dialogue::authentication_offered() const noexcept {
  return !receives() && (tls_ || peer_.loopback);
}

/// Why the client may not send mail; empty when it may.
std::string_view server_dialogue::authentication_demand() const noexcept {
  if (client_ || peer_.relay || receives()) {
    return {};
  }
  return authentication_offered() || !peer_.starttls
             ? "530 5.7.0 authentication required"
             : "530 5.7.0 must issue a STARTTLS command first";
}

server_dialogue::next server_dialogue::on_mail(std::string_view argument) {
  if (helo_.empty()) {
    return refuse(hello_first);
  }
  if (const auto demand = authentication_demand(); !demand.empty()) {
    return refuse(demand);
  }
  if (mail_open_) {
    return refuse("503 5.5.1 a mail is under way already");
  }
  auto mail = parse_mail(argument);
  if (!mail) {
    return refuse(mail.error());
  }
  auto& given = mail.value();
  if (given.require_tls && !tls_) {
    return refuse("530 5.7.0 REQUIRETLS needs STARTTLS first");
  }
  if (given.size.value_or(0) > rules_.limits.message_octets_max) {
    return refuse(text_of(data_defect::too_large));
  }
  if (rules_.accepts_mail && !rules_.accepts_mail()) {
    say("452 4.3.1 insufficient storage, try again later");
    return std::nullopt;
  }
  if (rules_.drains && rules_.drains()) {
    say("451 4.3.2 this server is being emptied, use another one of its cluster");
    return std::nullopt;
  }
  mail_ = {std::move(given.reverse_path),
           {},
           given.body,
           given.smtputf8,
           given.ret,
           std::move(given.envelope_id),
           given.require_tls ? tls_wish::required : tls_wish::unspecified};
  mail_open_ = true;
  trusted_ = true;
  say("250 2.1.0 ok");
  return std::nullopt;
}

server_dialogue::next server_dialogue::on_rcpt(std::string_view argument) {
  if (const auto demand = authentication_demand(); !demand.empty()) {
    return refuse(demand);
  }
  if (!mail_open_) {
    return refuse(mail_first);
  }
  if (chunking_) {
    return refuse(chunks_begun);
  }
  if (mail_.recipients.size() >= rules_.limits.recipients_max) {
    say("452 4.5.3 too many recipients, send the mail to these first");
    return std::nullopt;
  }
  auto recipient = parse_rcpt(argument, mail_.smtputf8, rules_.hostname);
  if (!recipient) {
    return refuse(recipient.error());
  }
  if (receives() && !rules_.accepts_recipient(recipient.value().address)) {
    return refuse("550 5.1.1 there is no such recipient here");
  }
  mail_.recipients.push_back(std::move(recipient.value()));
  say("250 2.1.5 ok");
  return std::nullopt;
}

server_dialogue::next server_dialogue::on_data(std::string_view argument) {
  if (!argument.empty()) {
    return refuse(no_argument);
  }
  if (!mail_open_) {
    return refuse(mail_first);
  }
  if (chunking_) {
    return refuse(chunks_begun);
  }
  if (mail_.recipients.empty()) {
    return refuse(no_recipients);
  }
  data_.begin(rules_.limits.message_octets_max);
  mode_ = mode::data;
  say("354 end with CRLF.CRLF");
  return std::nullopt;
}

/// The octets of a chunk are consumed even when the command is refused (RFC 3030 §2).
server_dialogue::next server_dialogue::on_bdat(std::string_view argument) {
  const auto chunk = parse_bdat(argument);
  if (!chunk) {
    // Where the next command begins is unknown: anything read from here on could be content.
    return close_with("501 5.5.4 expected BDAT, the octets of the chunk and perhaps LAST");
  }
  chunk_left_ = chunk_octets_ = chunk->octets;
  chunk_last_ = chunk->last;
  chunk_refusal_ = !mail_open_ ? mail_first : mail_.recipients.empty() ? no_recipients : "";
  if (chunk_refusal_.empty() && !std::exchange(chunking_, true)) {
    data_.begin(rules_.limits.message_octets_max);
  }
  mode_ = mode::chunk;
  return std::nullopt;
}

server_dialogue::next server_dialogue::on_auth(std::string_view argument) {
  if (receives()) {
    return refuse("502 5.5.1 not implemented");
  }
  if (!extended_) {
    return refuse(hello_first);
  }
  if (client_) {
    return refuse("503 5.5.1 you are authenticated already");
  }
  if (mail_open_) {
    return refuse("503 5.5.1 not while a mail is under way");
  }
  if (!authentication_offered()) {
    return refuse("538 5.7.11 encryption required, say STARTTLS first");
  }
  return on_sasl(sasl_.begin(argument));
}

server_dialogue::next server_dialogue::on_sasl(sasl_step step) {
  mode_ = mode::command;
  if (const auto* challenge = std::get_if<sasl_challenge>(&step)) {
    mode_ = mode::sasl;
    output_.append("334 ").append(challenge->text).append("\r\n");
    return std::nullopt;
  }
  if (auto* shown = std::get_if<sasl_credentials>(&step)) {
    mode_ = mode::checking_password;
    return check_password{std::move(shown->user), std::move(shown->secret)};
  }
  return refuse(std::get<reply>(step));
}

server_dialogue::next server_dialogue::on_starttls(std::string_view argument) {
  if (!argument.empty()) {
    return refuse(no_argument);
  }
  if (tls_) {
    return refuse("503 5.5.1 TLS is up already");
  }
  if (!peer_.starttls) {
    return refuse("502 5.5.1 TLS is not available");
  }
  if (mail_open_) {
    return refuse("503 5.5.1 not while a mail is under way");
  }
  mode_ = mode::starting_tls;
  say("220 2.0.0 go ahead");
  return begin_tls{};
}

server_dialogue::next server_dialogue::on_quit(std::string_view argument) {
  if (!argument.empty()) {
    return refuse(no_argument);
  }
  say("221 2.0.0 bye");
  mode_ = mode::closed;
  return close_connection{false};
}

/// Why complete content is refused; empty when it is fine. 8-bit text in the body is accepted
/// without BODY=8BITMIME, as a submission server may (RFC 6409 §5): the mail is marked 8-bit.
std::string_view server_dialogue::content_fault() const {
  if (data_.defect() != data_defect::none) {
    return text_of(data_.defect());
  }
  const auto header = inspect_header(data_.content(), data_.eight_bit());
  if (header.received_fields > rules_.limits.received_fields_max) {
    return "554 5.4.6 too many Received fields, the mail is in a loop";
  }
  if (receives()) {
    return {}; // it is read here and goes nowhere: reports have whatever their cause had
  }
  if (!header.ascii && !mail_.smtputf8) {
    return "554 5.6.7 a header that is not ASCII needs SMTPUTF8 or encoded words";
  }
  return header.utf8 ? "" : "554 5.6.0 the header is not valid UTF-8";
}

server_dialogue::next server_dialogue::finish_content() {
  if (const auto fault = content_fault(); !fault.empty()) {
    end_transaction();
    ++refused_;
    return refuse(fault);
  }
  mode_ = mode::handing_over;
  return hand_over{make_submission()};
}

submission server_dialogue::make_submission() {
  submission mail;
  mail.mail = std::exchange(mail_, {});
  if (data_.eight_bit() && mail.mail.body == body_encoding::seven_bit) {
    mail.mail.body = body_encoding::eight_bit;
  }
  mail.content = data_.take_content();
  mail.source.protocol = !extended_ ? "SMTP" : mail.mail.smtputf8 ? "UTF8SMTP" : "ESMTP";
  if (extended_) { // RFC 3848, RFC 6531 §3.7.3
    mail.source.protocol += tls_ ? "S" : "";
    mail.source.protocol += client_ ? "A" : "";
  }
  mail.source.helo = helo_;
  mail.source.client_address = peer_.address;
  mail.source.account = client_ ? client_->account : account_name{"default"};
  mail.source.key_id = client_ ? client_->key_id : std::string{};
  mail.only_from = client_ ? client_->only_from : std::string{};
  return mail;
}

} // namespace warmfront::smtp
