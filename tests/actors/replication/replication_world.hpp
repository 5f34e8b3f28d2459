// A small cluster in one thread: replication and delivery as they are, over disks that can crash, a
// network of sessions and a control store that comes and goes. Everything follows from a seed.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/core/random.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/replication/replication_host.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

/// What a client was promised, and what the world saw of it.
struct promised_mail {
  message_id id;
  std::string name;
  std::size_t recipients = 1;
  bool lost_with_its_disk = false; ///< its only copy, or its end, was on a disk that is gone
};

/// A machine: its disk and its network stay when the process goes.
struct replication_machine {
  node_name name;
  std::uint16_t number = 0;
  std::unique_ptr<storage::memory_store> disk;
  std::unique_ptr<replication_host> process;
  bool wanted = true;       ///< to be running
  bool lost = false;        ///< with its disk
  bool control_cut = false; ///< from the control store
  bool drains = false;
  bool drained = false; ///< it says that nothing is left on it
  bool serves = true;   ///< it has an address of the pool
  steady_time lease_until{};
  std::deque<storage::control_event> member_events; ///< not seen yet
  std::deque<storage::control_event> bond_events;
};

class replication_world {
public:
  replication_world(std::size_t nodes, std::uint64_t seed);

  // ---- what a test does
  void submit(std::size_t at, std::size_t recipients, bool copy_required);
  void crash(std::size_t which);
  void lose(std::size_t which);
  void cut(std::size_t one, std::size_t other);
  void cut_control(std::size_t which);
  void heal();
  void drain(std::size_t which, bool drains);
  /// Whether a machine can send.
  void serve(std::size_t which, bool serves);
  /// Runs so many steps, in a random order of everybody who has something to do.
  void run(std::size_t steps);
  void pass(milliseconds time);

  // ---- what must be true; empty: it is
  [[nodiscard]] std::string violation() const;
  /// After everything is healed and settled.
  [[nodiscard]] std::string unfinished() const;
  /// Unfinished mails of a machine.
  [[nodiscard]] std::size_t owned_by(std::size_t which) const;
  /// How many recipients' mail a machine has sent.
  [[nodiscard]] std::size_t sent_by(std::size_t which) const;

  [[nodiscard]] std::vector<replication_machine>& machines() noexcept { return machines_; }
  [[nodiscard]] seeded_random& random() noexcept { return random_; }
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  [[nodiscard]] const std::vector<promised_mail>& promised() const noexcept { return promised_; }

  // ---- what the processes do
  manual_clock time;
  [[nodiscard]] steady_time now() const { return time.steady_now(); }
  void send(std::uint16_t from, const node_name& to, std::uint16_t kind, std::string octets);
  /// The control store's turn; none: it does not answer.
  [[nodiscard]] std::optional<bool> transact(std::uint16_t by,
                                             const storage::control_transaction& what);
  /// A transmission's final dot.
  [[nodiscard]] smtp::reply accept_mail(std::uint16_t from, const std::string& recipient);
  void suppressed(const std::string& recipient) { suppressed_.insert(recipient); }
  void acknowledged(promised_mail mail, const storage::message_copy& copy, bool kept);
  void drained(std::uint16_t number, bool drained);
  [[nodiscard]] std::string next_mail_name() { return "m" + std::to_string(++mails_); }

private:
  struct node_state {
    std::uint16_t number = 0;
    bool dead = false;
  };
  using pair = std::pair<std::uint16_t, std::uint16_t>; // the smaller number first

  void keep_leases();
  void declare_dead();
  void connect();
  void disconnect(pair which);
  bool start(replication_machine& machine);
  void put(const std::string& key, std::string value);
  bool run_one();
  void doubt_outcomes(const replication_machine& of);
  [[nodiscard]] bool is_doubtful(const replication_machine& of, const recipient_id& id) const;
  [[nodiscard]] bool has_copy(const replication_machine& at, const message_id& id) const;
  /// Whether that copy counts now.
  [[nodiscard]] bool is_present(std::uint16_t primary, const storage::message_copy& copy) const;
  /// Whether a mail waits for a holder to say what became of its copy.
  [[nodiscard]] bool waits_for(const replication_machine& at, std::uint16_t holder,
                               const message_id& id) const;
  [[nodiscard]] bool is_recalled(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] bool owns(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] bool is_only_copy(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] bool has_ended(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] bool is_parked(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] std::string describe(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] bool is_fully_connected(const replication_machine& machine) const;
  [[nodiscard]] std::string left_in_queue(const replication_machine& each) const;
  [[nodiscard]] std::string left_held(const replication_machine& each) const;
  [[nodiscard]] std::vector<replication_member> members() const;
  [[nodiscard]] std::vector<pool> pools() const;
  [[nodiscard]] bool is_offered(const replication_machine& at, const message_id& id) const;
  [[nodiscard]] replication_machine& of(std::uint16_t number) { return machines_[number - 1u]; }
  [[nodiscard]] const replication_machine& of(std::uint16_t number) const {
    return machines_[number - 1u];
  }

  seeded_random random_;
  std::vector<replication_machine> machines_;
  std::map<std::string, storage::control_record> control_;
  storage::revision revision_ = 0;
  std::set<pair> cut_;
  std::set<pair> sessions_;
  std::vector<promised_mail> promised_;
  std::map<std::string, recipient_id> recipients_;
  struct transfer {
    std::uint16_t by = 0;
    bool in_doubt = false; ///< nobody but the sender may know of it, and that is gone
  };
  std::map<std::string, std::vector<transfer>> sent_; // by recipient
  std::set<message_id> unanswerable_;
  std::set<std::string> suppressed_; // recipients that nobody may send to
  std::string broken_;
  std::uint64_t mails_ = 0;
};

} // namespace warmfront::testing
