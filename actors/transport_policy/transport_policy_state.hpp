// What the actor keeps, and how it carries out what its core decides. Inside this folder only.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/transport_policy/transport_policy_actor.hpp"

namespace warmfront {

class transport_policy_state {
public:
  explicit transport_policy_state(transport_policy_shell::pointer self) : self_{self} {}
  static inline const char* name = "warmfront.transport_policy";

  void start(transport_policy_ports ports);
  void find(const find_sts_policy& question);
  void count(const count_tls_sessions& what);
  [[nodiscard]] answer<std::vector<tls_report>> list(const list_tls_reports& question) const;

private:
  void restore();
  void perform(policy_actions actions);
  void perform(const look_up_record& what);
  void perform(const fetch_policy& what);
  void perform(const tell_policy& what);
  void perform(const keep_policy& what);
  void perform(const drop_policy& what);
  void perform(const policy_failed& what);
  void look_up(const std::string& asked, dns::record_type type,
               std::function<void(const dns::record_answer&)> then);
  void fetch(const domain_name& domain, std::vector<std::string> addresses);
  void commit(storage::batch changes, const char* event);
  void write_counters();
  void forget_old();

  transport_policy_shell::pointer self_;
  transport_policy_ports ports_;
  policy_book book_;
  std::function<void(std::chrono::milliseconds, std::function<void()>)> later_;
  std::unordered_map<policy_ticket, std::function<void(std::optional<trust::sts_policy>)>> asking_;
  policy_ticket next_ = 1;
  std::map<std::string, std::int64_t> counted_; ///< by key, until they are written
};

} // namespace warmfront
