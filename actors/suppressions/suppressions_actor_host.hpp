// What the suppressions' actor does around the table. Inside `actors/suppressions` only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/suppressions/suppression_commands.hpp"
#include "actors/suppressions/suppression_exchange.hpp"
#include "actors/suppressions/suppression_writer.hpp"
#include "actors/suppressions/suppressions_actor.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class suppressions_host final : public suppression_effects {
public:
  using self_pointer = suppressions_shell::stateful_pointer<suppressions_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;
  using entries = std::vector<suppression_report>;

  suppressions_host(self_pointer self, suppressions_ports ports);

  void start();
  /// Runs `work` now, or once requests can be served.
  void when_loaded(std::function<void()> work);
  void connect(const connect_listeners& m);

  void put(const put_suppressions& m, promise_of<entries> promise);
  void remove(const remove_suppressions& m, promise_of<done> promise);
  void list(const list_suppressions& m, promise_of<suppression_page> promise);
  [[nodiscard]] suppression_counts counts() const;
  void import(const import_suppressions& m, promise_of<suppression_import_report> promise);
  void note_unknown(const recipients_unknown& m);

  void set_members(const members_changed& m);
  void joined(const peer_joined& m) { exchange_.joined(m.peer); }
  void lost(const peer_lost& m) { exchange_.lost(m.peer); }
  void receive(const frames_received& m);

  // ---- of the exchange
  [[nodiscard]] steady_time steady_now() const override { return ports_.time->steady_now(); }
  void send(const node_name& to, peer_frame frame) override;
  [[nodiscard]] const storage::suppression_facts& facts() const override { return writer_.facts(); }
  [[nodiscard]] result<storage::suppression_changes> read(std::uint64_t origin,
                                                          std::uint64_t after) override;
  void apply(storage::suppression_changes what, std::function<void(bool)> then) override;
  void change_origin() override;

private:
  struct import_run;
  using run_pointer = std::shared_ptr<import_run>;

  void tick();
  void check_ready();
  void tell_intake();
  [[nodiscard]] bool has_table() const;
  /// Calls `then` when what was changed until now has a second copy, where one is wanted.
  void when_safe(std::function<void(const result<void>&)> then);
  void log_failure(std::string_view event, const error& why);

  // ---- what receivers said
  void write_unknown();

  // ---- lists (suppressions_actor_import.cpp)
  void read_piece(const run_pointer& run);
  void take_piece(const run_pointer& run, const result<std::string>& piece);
  void write_items(const run_pointer& run, bool is_last);
  void finish(const run_pointer& run, const result<void>& outcome);

  // ---- upkeep (suppressions_actor_upkeep.cpp)
  void import_records(const std::vector<storage::control_record>& records, std::size_t from,
                      bool is_news);
  void clean();
  void clean_on(std::size_t count);
  void sweep();

  self_pointer self_;
  suppressions_ports ports_;
  deferred_run run_later_;
  suppression_writer writer_;
  suppression_exchange exchange_;
  control_mirror mirror_; ///< of what earlier releases write
  intake_actor intake_;   ///< null: not known yet
  bool is_open_ = false;  ///< requests are served
  bool has_told_intake_ = false;
  bool is_completing_ = false;
  steady_time started_{};
  std::uint64_t first_own_ = 0; ///< this node's last change before it started
  bool changes_origin_ = false;
  std::vector<std::function<void()>> waiting_for_load_;
  std::map<account_name, std::map<std::string, std::string>> unknown_; ///< address, reply
  std::size_t unknown_count_ = 0;
  bool writes_unknown_ = false;
  std::map<std::string, storage::revision> legacy_; ///< records in the control store
  steady_time clean_at_{};
  bool is_cleaning_ = false;
  bool is_sweeping_ = false;
  std::string sweep_from_;
  steady_time next_sweep_{};
};

} // namespace warmfront
