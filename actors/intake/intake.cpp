#include "actors/intake/intake.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/dns/address_form.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/mailbox.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::hours send_at_within{366 * 24};
constexpr std::string_view pool_field = "X-Warmfront-Pool";
constexpr std::string_view class_field = "X-Warmfront-Class";
constexpr std::string_view tls_field = "TLS-Required"; // RFC 8689 §5; it stays in the mail
constexpr std::string_view track_field = "X-Warmfront-Track";
// Bcc never leaves (RFC 5322 §3.6.3); our own wishes neither.
constexpr std::array<std::string_view, 2> removed_fields{"Bcc", "X-Warmfront-*"};

error bad_field(std::string_view name, std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::string{name}};
}

// `opens`, `clicks`, both with a comma between them, or `none`.
std::optional<tracking> read_tracking(std::string_view value) {
  tracking wanted;
  if (value == "none")
    return wanted;
  while (true) {
    const auto comma = value.find(',');
    auto word = value.substr(0, comma);
    word.remove_prefix(std::min(word.find_first_not_of(" \t"), word.size()));
    word = word.substr(0, word.find_last_not_of(" \t") + 1);
    if (word != "opens" && word != "clicks")
      return std::nullopt;
    (word == "opens" ? wanted.opens : wanted.clicks) = true;
    if (comma == std::string_view::npos)
      return wanted;
    value.remove_prefix(comma + 1);
  }
}

// RFC 5321 §4.4 allows only an atom or a domain here; anything else a client says is left out.
std::string printable(const std::string& text) {
  std::string kept;
  for (const char c : text)
    if (c > ' ' && c < 127 && c != '(' && c != ')' && c != ';' && c != '\\')
      kept.push_back(c);
  return kept.empty() ? "unknown" : kept;
}

} // namespace

struct intake::wishes {
  pool_name pool;
  mail_class importance = mail_class::triggered;
  bool tls_optional = false;
  std::optional<tracking> track;
};

intake::intake(intake_config config, std::unique_ptr<random_source> random)
    : config_{std::move(config)}, random_{std::move(random)}, sender_domains_{
                                                                  config_.require_verified} {}

void intake::set_pools(const std::vector<pool>& pools) {
  pools_.clear();
  for (const auto& each : pools)
    pools_.emplace(each.name, each);
  owners_ = pool_owners{pools};
  over_limits_.clear();
  ready_ = true;
}

void intake::set_ledger_domains(const std::vector<domain_name>& domains) {
  ledger_domains_ = {domains.begin(), domains.end()};
}

void intake::restore(const storage::lane& where, std::uint64_t next_sequence) {
  next_sequence_[where] = next_sequence;
}

result<intake::wishes> intake::read_wishes(const submission& mail) const {
  wishes read{mail.pool, mail.importance.value_or(mail_class::triggered), false, mail.track};
  const mime::header_block header{mail.content};
  for (const auto& field : header) {
    if (mime::is_same_name(field.name, pool_field) && read.pool.empty()) {
      read.pool = pool_name{mime::unfold(field.value)};
    } else if (mime::is_same_name(field.name, class_field) && !mail.importance) {
      const auto value = mime::unfold(field.value);
      if (value != "batch" && value != "triggered")
        return bad_field(class_field, "the header field X-Warmfront-Class says \"" + value + "\"",
                         "say \"triggered\" or \"batch\"");
      read.importance = value == "batch" ? mail_class::batch : mail_class::triggered;
    } else if (mime::is_same_name(field.name, tls_field)) {
      read.tls_optional = in_lower_case(mime::unfold(field.value)) == "no";
    } else if (mime::is_same_name(field.name, track_field) && !mail.track) {
      const auto value = mime::unfold(field.value);
      read.track = read_tracking(value);
      if (!read.track)
        return bad_field(track_field, "the header field X-Warmfront-Track says \"" + value + "\"",
                         "say \"opens\", \"clicks\", \"opens, clicks\" or \"none\"");
    }
  }
  return read;
}

result<const pool*> intake::choose_pool(const pool_name& asked, const account_name& account) const {
  const auto& name = asked.empty() ? config_.default_pool : asked;
  const auto found = pools_.find(name);
  if (found == pools_.end())
    return bad_field("pool", "there is no pool \"" + name.str() + "\"",
                     "create it, or leave the pool out to use \"" + config_.default_pool.str() +
                         "\"");
  const auto& owner = found->second.account;
  if (!owner.empty() && owner != account)
    return error{errc::refused, "the pool \"" + name.str() + "\" belongs to another account",
                 "use a key of that account, or another pool", "pool"};
  return &found->second;
}

void intake::set_over_limit(const mail_over_limit& what) {
  // Every mail looks at them; what is not noted bounces.
  constexpr std::size_t noted_max = 1000;
  if (over_limits_.size() < noted_max)
    over_limits_.push_back(what);
}

result<void> intake::check_limits(const submission& mail, const pool_name& through,
                                  mail_class importance, wall_time now) const {
  if (over_limits_.empty() || mail.mail.reverse_path.empty())
    return success(); // a report to a sender waits, whatever the pool does
  const domain_name sender{domain_of(mail.mail.reverse_path)};
  for (const auto& each : over_limits_)
    if (each.pool == through && each.importance == importance && now < each.until &&
        (each.sender_domain.empty() || each.sender_domain == sender))
      return error{
          errc::limit_exceeded,
          fmt::format("today's limit of {} is reached, and the pool \"{}\" refuses what is "
                      "over it until {}",
                      each.blocking.str(), through.str(), to_rfc3339(each.until)),
          "send it then, through another pool, or let the pool hold its mail"};
  return success();
}

std::string intake::trace_fields(const submission& mail, const message_id& id,
                                 wall_time now) const {
  const auto& source = mail.source;
  const auto literal = source.client_address.find(':') == std::string::npos
                           ? source.client_address
                           : "IPv6:" + source.client_address;
  return fmt::format("Received: from {} ([{}])\r\n\tby {} with {} id {};\r\n\t{}\r\n",
                     printable(source.helo), printable(literal), config_.hostname,
                     printable(source.protocol), id.str(), to_rfc5322(now));
}

// RFC 6409 §8: a submission server supplies what the client left out.
std::string intake::missing_fields(const submission& mail, storage::spooled_message& record,
                                   wall_time now) const {
  bool date = false;
  bool message = false;
  const mime::header_block header{mail.content};
  for (const auto& field : header) {
    date = date || mime::is_same_name(field.name, "Date");
    if (!message && mime::is_same_name(field.name, "Message-ID")) {
      message = true;
      record.header_id = storage::header_id_of(without_blanks(mime::unfold(field.value)));
    }
  }
  std::string fields;
  if (!date)
    fields += "Date: " + to_rfc5322(now) + "\r\n";
  if (!message)
    fields += "Message-ID: <" + record.id.str() + "@" + config_.hostname + ">\r\n";
  return fields;
}

// The sender of a mail is whom its envelope and its header name (RFC 5322 §3.6.2).
result<void> intake::check_sender(const submission& mail) {
  const auto& only = mail.only_from;
  if (only.empty())
    return success();
  const auto refuse = [&](std::string what) {
    return error{errc::refused, std::move(what), "send from " + only + ", or use a key", "from"};
  };
  const auto is_it = [&](const std::string& address) {
    const auto form = dns::comparable_address(address);
    return form && form.value() == only;
  };
  if (!is_it(mail.mail.reverse_path))
    return refuse("this client may send from " + only + " alone");
  const mime::header_block header{mail.content};
  if (header.count("From") != 1)
    return refuse("the mail must have one header field From");
  const auto from = mime::parse_mailbox(mime::unfold(header.find("From")->value), "from");
  if (!from || !is_it(from.value().address))
    return refuse("the header field From must name " + only + " alone");
  return success();
}

result<void> intake::check_open() const {
  if (!ready_ || (config_.awaits_suppressions && !knows_suppressed_) ||
      (config_.awaits_identities && !sender_domains_.is_known()))
    return error{errc::unavailable, "the node is starting", "try again in a moment"};
  if (drains_)
    return error{errc::unavailable, "this node is draining: it takes no new mail",
                 "submit it to another node"};
  if (config_.copies == second_copy::required && holders_.empty())
    return error{errc::unavailable, "no other node can hold the mail's second copy",
                 "try again; see `warmfront cluster status`"};
  return success();
}

void intake::leave_out(spooled_mail& taken, const suppressed_recipients& suppressed,
                       wall_time now) {
  const auto& recipients = taken.record.mail.recipients;
  for (std::uint32_t i = 0; i < recipients.size(); ++i) {
    if (!suppressed.contains(taken.record.source.account, recipients[i].address))
      continue;
    storage::recipient_record state;
    state.state = static_cast<std::uint8_t>(recipient_state::suppressed);
    state.last_reply = "not sent: the address is suppressed";
    state.changed_at = now;
    taken.ended.emplace_back(i, std::move(state));
  }
}

void intake::place(spooled_mail& taken, wall_time now, const suppressed_recipients& suppressed) {
  auto& record = taken.record;
  record.octets = taken.content->size();
  record.accepted_at = now;
  leave_out(taken, suppressed, now);
  record.first_lane.pool = record.pool;
  record.first_lane.importance = record.importance;
  if (domain_name sender{domain_of(record.mail.reverse_path)}; ledger_domains_.contains(sender))
    record.first_lane.sender_domain = std::move(sender);
  if (config_.copies != second_copy::never && !taken.is_over())
    record.copy = choose_holder(holders_, owners_, record.pool, record.id);
  if (record.send_at)
    return;
  auto& next = next_sequence_[record.first_lane];
  record.first_sequence = next;
  next += record.mail.recipients.size();
}

result<std::shared_ptr<spooled_mail>> intake::take(merge_submission&& merge, wall_time now,
                                                   const suppressed_recipients& suppressed) {
  WARMFRONT_TRY(check_open());
  WARMFRONT_TRY(sender_domains_.check(merge.source.account, merge.mail.reverse_path));
  WARMFRONT_TRY(through, choose_pool(merge.pool, merge.source.account));
  auto taken = std::make_shared<spooled_mail>();
  auto& record = taken->record;
  record.id = message_id{now, config_.node, random_->next()};
  record.mail = std::move(merge.mail);
  record.source = std::move(merge.source);
  record.pool = through->name;
  record.importance = mail_class::batch;
  record.is_merge = true;
  record.track = merge.track.value_or(config_.track);
  record.first_lane.task = merge.task;
  record.from_template = std::move(merge.from_template);
  taken->content = std::make_shared<const std::string>(std::move(merge.body));
  place(*taken, now, suppressed);
  return taken;
}

result<std::shared_ptr<spooled_mail>> intake::take(submission mail, wall_time now,
                                                   const suppressed_recipients& suppressed) {
  WARMFRONT_TRY(check_open());
  if (mail.mail.recipients.empty())
    return bad_field("to", "the mail has no recipient", "name at least one");
  if (mail.mail.recipients.size() > config_.recipients_max)
    return error{errc::limit_exceeded,
                 fmt::format("the mail has {} recipients, more than the {} allowed",
                             mail.mail.recipients.size(), config_.recipients_max),
                 "send it in several pieces", "to"};
  if (mail.content.size() > config_.octets_max)
    return error{errc::limit_exceeded,
                 fmt::format("the mail has {} octets, more than the {} allowed",
                             mail.content.size(), config_.octets_max),
                 "make it smaller", "content"};
  WARMFRONT_TRY(check_sender(mail));
  WARMFRONT_TRY(sender_domains_.check(mail.source.account, mail.mail.reverse_path, mail.content));
  WARMFRONT_TRY(wish, read_wishes(mail));
  WARMFRONT_TRY(through, choose_pool(wish.pool, mail.source.account));
  const bool is_later = mail.send_at && *mail.send_at > now;
  if (is_later && *mail.send_at > now + send_at_within)
    return bad_field("send_at", "the mail is to be sent in more than a year",
                     "send it later, or make a task of it");
  if (!is_later) {
    WARMFRONT_TRY(check_limits(mail, through->name, wish.importance, now));
  }
  auto taken = std::make_shared<spooled_mail>();
  auto& record = taken->record;
  record.id = mail.id == message_id{} ? message_id{now, config_.node, random_->next()} : mail.id;
  if (is_later)
    record.send_at = mail.send_at;
  const auto fields = trace_fields(mail, record.id, now) + missing_fields(mail, record, now);
  const auto header = mime::edit_header(mail.content, fields, removed_fields);
  std::string content;
  content.reserve(header.header.size() + mail.content.size() - header.body_offset);
  content.append(header.header).append(mail.content, header.body_offset);
  taken->content = std::make_shared<const std::string>(std::move(content));
  record.pool = through->name;
  record.importance = wish.importance;
  // What clients of SMTP hand in is sent as it is unless they say otherwise.
  if (wish.track)
    record.track = *wish.track;
  else if (wish.importance == mail_class::batch && mail.source.protocol == "HTTP")
    record.track = config_.track;
  record.mail = std::move(mail.mail);
  // What MAIL demands goes before what the header allows (RFC 8689 §5).
  if (wish.tls_optional && record.mail.tls == tls_wish::unspecified)
    record.mail.tls = tls_wish::optional;
  record.source = std::move(mail.source);
  record.from_template = std::move(mail.from_template);
  place(*taken, now, suppressed);
  return taken;
}

} // namespace warmfront
