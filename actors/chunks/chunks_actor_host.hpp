// What the chunks' actor does around its exchange. Inside `actors/chunks` only.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/chunks/chunk_exchange.hpp"
#include "actors/chunks/chunk_references.hpp"
#include "actors/chunks/chunks_actor.hpp"
#include "actors/control_mirror/control_mirror.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class chunks_host final : public chunk_effects {
public:
  using self_pointer = chunks_shell::stateful_pointer<chunks_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;

  chunks_host(self_pointer self, chunks_ports ports);

  void start();
  void store(const store_chunks& m, promise_of<stored_chunks> promise);
  void fetch(const chunk_id& id, promise_of<chunk_octets> promise);
  [[nodiscard]] chunk_counts counts() const { return counts_; }
  void set_members(const members_changed& m) { walk_if(exchange_.set_members(*m.members)); }
  void joined(const peer_joined& m) { walk_if(exchange_.joined(m.peer)); }
  void lost(const peer_lost& m) { walk_if(exchange_.lost(m.peer)); }
  void receive(const frames_received& m);

  // ---- of the exchange
  [[nodiscard]] steady_time steady_now() const override;
  void send(const node_name& to, peer_frame frame) override;
  [[nodiscard]] chunk_octets read(const chunk_id& id) override;
  [[nodiscard]] bool has(const chunk_id& id) override;
  void keep(const chunk_id& id, chunk_octets octets, std::function<void(bool)> then) override;

private:
  [[nodiscard]] result<chunk_octets> read_own(const chunk_id& id) const;
  [[nodiscard]] std::string stamp() const;
  void add(storage::batch& to, const chunk_id& id, const chunk_octets& octets);
  void renewed(const chunk_id& id);
  void commit(storage::batch changes, storage::priority urgency,
              std::function<void(const result<void>&)> then);
  void copy(stored_chunks ids, promise_of<stored_chunks> promise);
  void tick();

  // ---- copies of all that is here (chunks_actor_upkeep.cpp)
  void walk_if(bool changed);
  void walk(std::string from);
  void walked_page(const std::vector<chunk_id>& ids, const std::vector<chunk_id>& kept,
                   std::string next);

  // ---- what nothing refers to (chunks_actor_upkeep.cpp)
  struct sweep;
  using then_read = std::function<void(const result<storage::control_snapshot>&)>;
  void begin_sweep();
  void read_all(std::string_view prefix, then_read then);
  void read_manifests(const std::shared_ptr<sweep>& work);
  void sweep_page(const std::shared_ptr<sweep>& work);
  void end_sweep(const std::shared_ptr<sweep>& work, const result<void>& outcome);

  chunks_ports ports_;
  deferred_run run_;
  chunk_exchange exchange_;
  chunk_counts counts_;
  std::set<chunk_id> erasing_;       ///< on their way off the disk
  std::multiset<chunk_id> renewing_; ///< they, or their times, are on their way to it
  bool walking_ = false;
  bool walk_again_ = false; ///< from the beginning, when the page under way has ended
  bool walk_incomplete_ = false;
  bool sweeping_ = false;
  steady_time next_sweep_{};
  std::map<chunk_id, std::string> unused_; ///< at the sweep before, with their times
};

} // namespace warmfront
