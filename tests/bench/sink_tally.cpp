#include "tests/bench/sink_tally.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

namespace warmfront::bench {
namespace {

/// Numbers above are not of our source: they would only make the bitmap large.
constexpr std::uint32_t numbers_max = 1u << 26;

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, '?');
  return text;
}

std::int64_t wall_clock_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

} // namespace

bool sink_tally::log_to(const std::string& path) {
  log_.open(path, std::ios::app);
  return log_.is_open();
}

void sink_tally::connection_opened() {
  ++connections_;
  open_most_ = std::max(open_most_, ++open_);
}

void sink_tally::log_line(const std::string& source, std::string_view code,
                          const std::string& sender, const std::string& recipient,
                          const std::string& file, const std::string& helo) {
  if (!log_.is_open()) {
    return;
  }
  const auto number = recipient_number(recipient);
  log_ << wall_clock_ns() << '\t' << source << '\t' << code << '\t'
       << (number ? std::to_string(*number) : std::string{"-"}) << '\t' << printable(sender) << '\t'
       << printable(recipient) << '\t' << file << '\t' << (helo.empty() ? "-" : printable(helo))
       << '\n';
}

void sink_tally::accepted(const std::string& source, const arrived_mail& mail) {
  const auto now = monotonic_ns();
  first_ns_ = first_ns_ == 0 ? now : first_ns_;
  last_ns_ = now;
  ++mails_;
  octets_ += mail.octets;
  recipients_ += mail.recipients.size();
  by_source_[source] += mail.recipients.size();
  std::string file = "-";
  if (keeps_contents()) {
    file = fmt::format("{}/{}.eml", folder_, ++files_);
    std::ofstream(file, std::ios::binary) << mail.content;
  }
  for (const auto& recipient : mail.recipients) {
    ++by_domain_[std::string{domain_of(recipient)}];
    log_line(source, "250", mail.sender, recipient, file, mail.helo);
  }
  count_numbers(mail, now);
}

void sink_tally::count_numbers(const arrived_mail& mail, std::uint64_t now) {
  if (!mail.stamp) {
    ++without_stamp_;
    return;
  }
  const auto& stamp = *mail.stamp;
  if (stamp.checksum != mail.checksum) {
    ++corrupt_;
  }
  if (stamp.series != series_) {
    ++other_series_;
    return;
  }
  for (const auto& recipient : mail.recipients) {
    const auto number = recipient_number(recipient);
    if (!number || *number >= numbers_max || *number < stamp.first ||
        *number - stamp.first >= stamp.count) {
      ++misaddressed_;
    } else if (seen_.insert(*number)) {
      ++unique_;
    } else {
      ++duplicate_;
    }
  }
  latency_.add((now - std::min(now, stamp.sent_ns)) / 1000);
}

void sink_tally::refused(const std::string& source, const std::string& sender,
                         const std::string& recipient, std::string_view reply) {
  ++refused_;
  log_line(source, reply.substr(0, 3), sender, recipient, "-", {});
}

void sink_tally::reset(std::uint32_t series) {
  seen_.clear();
  refusals_.clear();
  by_source_.clear();
  by_domain_.clear();
  latency_.clear();
  series_ = series;
  mails_ = recipients_ = unique_ = duplicate_ = corrupt_ = misaddressed_ = 0;
  other_series_ = without_stamp_ = refused_ = bare_line_ends_ = octets_ = 0;
  first_ns_ = last_ns_ = 0;
  open_most_ = open_;
  connections_ = open_;
}

std::string sink_tally::report() const {
  return nlohmann::json{
      {"series", series_},
      {"mails", mails_},
      {"recipients", recipients_},
      {"unique", unique_},
      {"duplicate", duplicate_},
      {"corrupt", corrupt_},
      {"misaddressed", misaddressed_},
      {"other_series", other_series_},
      {"without_stamp", without_stamp_},
      {"refused", refused_},
      {"bare_line_ends", bare_line_ends_},
      {"octets", octets_},
      {"connections", connections_},
      {"open", open_},
      {"open_most", open_most_},
      {"first_ns", first_ns_},
      {"last_ns", last_ns_},
      {"now_ns", monotonic_ns()},
      {"p50_us", latency_.percentile(0.5)},
      {"p99_us", latency_.percentile(0.99)},
      {"max_us", latency_.greatest()},
      {"by_source", by_source_},
      {"by_domain", by_domain_},
      {"processor_s", processor_seconds()},
  }
      .dump();
}

} // namespace warmfront::bench
