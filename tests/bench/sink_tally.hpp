// What arrived at the sink, counted so that loss, doubles and damage cannot hide.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/bench/latency.hpp"
#include "tests/bench/load_mail.hpp"

namespace warmfront::bench {

/// A mail as the sink took it.
struct arrived_mail {
  std::string helo; ///< how the client called itself
  std::string sender;
  std::vector<std::string> recipients;
  std::optional<mail_stamp> stamp;
  std::uint64_t checksum = 0; ///< of the body as it arrived
  std::uint64_t octets = 0;
  std::string content; ///< only when contents are kept
};

/// Counters of one run, and the log of everything that arrived.
class sink_tally {
public:
  /// Every recipient from now on is one line of tab-separated fields: wall clock in nanoseconds,
  /// source address, reply code, number or `-`, sender, recipient, file of the content or `-`,
  /// how the client called itself or `-`.
  /// @returns false when the file cannot be opened.
  [[nodiscard]] bool log_to(const std::string& path);
  /// Contents are written to files `N.eml` in this folder, which exists.
  void keep_in(const std::string& folder) { folder_ = folder; }
  [[nodiscard]] bool keeps_contents() const { return !folder_.empty(); }
  /// Writes what the log has buffered; the sink does so before it answers anything.
  void flush() { log_.flush(); }

  void connection_opened();
  void connection_closed() { --open_; }
  void accepted(const std::string& source, const arrived_mail& mail);
  void refused(const std::string& source, const std::string& sender, const std::string& recipient,
               std::string_view reply);
  void bare_line_end() { ++bare_line_ends_; }
  /// How often this recipient was refused by `refusals_first` so far, counted by calling.
  std::uint32_t refusals_of(const std::string& recipient) { return refusals_[recipient]++; }

  /// Forgets everything; from now on mails of this series count.
  void reset(std::uint32_t series);
  /// All counters as one line of JSON.
  [[nodiscard]] std::string report() const;
  /// Writes the numbers that arrived (see number_set).
  [[nodiscard]] bool dump_numbers(const std::string& path) const { return seen_.write_to(path); }

private:
  void count_numbers(const arrived_mail& mail, std::uint64_t now);
  void log_line(const std::string& source, std::string_view code, const std::string& sender,
                const std::string& recipient, const std::string& file, const std::string& helo);

  std::ofstream log_;
  std::string folder_;
  std::uint64_t files_ = 0;
  std::uint32_t series_ = 1;
  number_set seen_;
  std::unordered_map<std::string, std::uint32_t> refusals_;
  std::map<std::string, std::uint64_t> by_source_;
  std::map<std::string, std::uint64_t> by_domain_;
  latency_histogram latency_;
  std::uint64_t mails_ = 0;
  std::uint64_t recipients_ = 0;
  std::uint64_t unique_ = 0;
  std::uint64_t duplicate_ = 0;
  std::uint64_t corrupt_ = 0;
  std::uint64_t misaddressed_ = 0;
  std::uint64_t other_series_ = 0;
  std::uint64_t without_stamp_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t bare_line_ends_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t connections_ = 0;
  std::uint64_t open_ = 0;
  std::uint64_t open_most_ = 0;
  std::uint64_t first_ns_ = 0;
  std::uint64_t last_ns_ = 0;
};

} // namespace warmfront::bench
