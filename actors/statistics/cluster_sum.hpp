// Sums over all nodes: each tells what it has counted itself, and what it keeps of nodes that do
// not answer. Pure: reads through its effects, decides in one turn at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/cluster.hpp"
#include "actors/messages/member.hpp"
#include "actors/statistics/statistics_frames.hpp"
#include "actors/statistics/statistics_sum.hpp"

namespace warmfront {

/// What sums are given.
class sum_effects {
public:
  virtual ~sum_effects() = default;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void send(const node_name& to, peer_frame frame) = 0;
  /// What this node has counted itself: with what was taken back, to be added up.
  [[nodiscard]] virtual result<std::vector<statistics_row>>
  own_rows(const sum_statistics& question) const = 0;
  /// What it keeps of others, but not of these.
  [[nodiscard]] virtual result<std::vector<sum_of_origin>>
  kept_rows(const sum_statistics& question, const std::set<counters_origin>& but) const = 0;
};

class cluster_sum {
public:
  using callback = std::function<void(const result<statistics_report>&)>;

  /// How long others have for their answer.
  static constexpr milliseconds answer_within{3'000};
  /// The most questions at a time.
  static constexpr std::size_t questions_max = 16;

  cluster_sum(counters_origin self, sum_effects& effects) : self_{self}, effects_{effects} {}

  void set_members(const std::vector<member>& members) { members_ = members; }
  void joined(const node_name& peer);
  void lost(const node_name& peer);
  /// Ends questions whose time is over.
  void tick();

  /// `then` is called once, perhaps before this returns. `unavailable`: too many ask.
  void ask(sum_statistics question, callback then);

  /// Fail with `protocol`.
  [[nodiscard]] result<void> hello(const node_name& from, const std::string& octets);
  [[nodiscard]] result<void> asked(const node_name& from, const std::string& octets);
  [[nodiscard]] result<void> told(const node_name& from, const std::string& octets);

private:
  struct open_question {
    explicit open_question(sum_statistics asked) : what{std::move(asked)}, total{what} {}

    sum_statistics what;
    statistics_sum total; ///< of those who told of themselves
    callback then;
    steady_time until{};
    std::map<node_name, std::vector<sum_of_origin>> missing; ///< what they have told so far
    std::set<counters_origin> told_themselves;
    std::map<counters_origin, sum_of_origin> kept; ///< the best copy of each
    std::optional<error> failure;
  };
  using question_pointer = std::shared_ptr<open_question>;

  void absorb(open_question& question, std::vector<sum_of_origin> parts);
  void note(open_question& question, const result<void>& added);
  void finish(std::uint64_t number);
  [[nodiscard]] std::vector<node_name> unanswered(const open_question& question) const;

  const counters_origin self_;
  sum_effects& effects_;
  std::vector<member> members_;
  std::map<node_name, counters_origin> peers_; ///< connected, and who they are
  std::map<std::uint64_t, question_pointer> open_;
  std::uint64_t next_number_ = 1;
};

} // namespace warmfront
