#include "actors/chunks/chunks_actor.hpp"

#include <utility>

#include "actors/chunks/chunks_actor_host.hpp"
#include "actors/messages/run_later.hpp"
#include "storage/chunks.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr milliseconds chunks_tick{500};

} // namespace

chunks_host::chunks_host(self_pointer self, chunks_ports ports)
    : ports_{std::move(ports)}, run_{run_later(self)}, exchange_{ports_.config.self, *this} {}

void chunks_host::start() {
  if (ports_.time == nullptr)
    return;
  next_sweep_ = steady_now() + ports_.config.sweep_every;
  tick();
}

void chunks_host::tick() {
  run_(chunks_tick, [this] {
    exchange_.tick();
    if (ports_.control != nullptr && steady_now() >= next_sweep_)
      begin_sweep();
    tick();
  });
}

// ---- storing and finding --------------------------------------------------------------------

// Seconds, as text: its only reader compares it with others of this node.
std::string chunks_host::stamp() const {
  if (ports_.time == nullptr)
    return "0";
  const auto now = ports_.time->wall_now().time_since_epoch();
  return std::to_string(std::chrono::floor<seconds>(now).count());
}

// The time is renewed where the octets are there: what is stored again may be referred to again.
// The sweep leaves alone what is on its way to the disk.
void chunks_host::add(storage::batch& to, const chunk_id& id, const chunk_octets& octets) {
  renewing_.insert(id);
  if (octets)
    to.put(family::segments, storage::chunk_key(id), *octets);
  to.put(family::segments, storage::chunk_time_key(id), stamp());
}

void chunks_host::renewed(const chunk_id& id) {
  renewing_.erase(renewing_.find(id));
}

void chunks_host::commit(storage::batch changes, storage::priority urgency,
                         std::function<void(const result<void>&)> then) {
  ports_.store->commit(std::move(changes), urgency,
                       [run = run_, then = std::move(then)](const result<void>& durable) {
                         run(milliseconds{0}, [then, durable] { then(durable); });
                       });
}

void chunks_host::store(const store_chunks& m, promise_of<stored_chunks> promise) {
  for (const auto& each : m.chunks)
    if (each->size() > storage::chunk_octets_max)
      return static_cast<void>(promise.deliver(answer<stored_chunks>{
          error{errc::limit_exceeded, "the content is too large to be stored", "send less"}}));
  stored_chunks ids;
  storage::batch changes;
  for (const auto& each : m.chunks) {
    ids.ids.push_back(storage::chunk_id_of(*each));
    add(changes, ids.ids.back(), has(ids.ids.back()) ? nullptr : each);
  }
  commit(std::move(changes), storage::priority::growth,
         [this, promise, ids](const result<void>& durable) mutable {
           for (const auto& id : ids.ids)
             renewed(id);
           if (!durable)
             return static_cast<void>(promise.deliver(answer<stored_chunks>{durable.error()}));
           if (!ports_.config.copies_wanted)
             return static_cast<void>(promise.deliver(answer<stored_chunks>{std::move(ids)}));
           copy(std::move(ids), promise);
         });
}

void chunks_host::copy(stored_chunks ids, promise_of<stored_chunks> promise) {
  const std::set<chunk_id> wanted{ids.ids.begin(), ids.ids.end()};
  exchange_.offer({wanted.begin(), wanted.end()},
                  [this, ids = std::move(ids), count = wanted.size(),
                   promise](const std::vector<chunk_id>& kept) mutable {
                    if (kept.size() < count && ports_.config.copy_required)
                      return static_cast<void>(promise.deliver(answer<stored_chunks>{
                          error{errc::unavailable, "no other node took the content's second copy",
                                "try again; see `warmfront cluster status`"}}));
                    counts_.single_copies += count - std::min(count, kept.size());
                    if (kept.size() < count && exchange_.has_holders())
                      run_(ports_.config.walk_again_after, [this] { walk_if(true); });
                    promise.deliver(answer<stored_chunks>{std::move(ids)});
                  });
}

result<chunk_octets> chunks_host::read_own(const chunk_id& id) const {
  WARMFRONT_TRY(found, ports_.store->get(family::segments, storage::chunk_key(id)));
  if (!found)
    return error{errc::not_found, "the content " + id.str() + " is not on this node", {}};
  if (storage::chunk_id_of(*found) != id)
    return error{errc::storage_corrupt, "the content " + id.str() + " has changed on the disk",
                 "restore the data directory from a backup or a peer"};
  return std::make_shared<const std::string>(std::move(*found));
}

void chunks_host::fetch(const chunk_id& id, promise_of<chunk_octets> promise) {
  auto own = read_own(id);
  if (own || !ports_.send)
    return static_cast<void>(promise.deliver(answer<chunk_octets>{std::move(own)}));
  // A damaged copy is as good as none.
  exchange_.fetch(id, [this, own, promise](const result<chunk_octets>& found) mutable {
    if (found)
      ++counts_.fetched;
    const bool is_missing = own.error().code == errc::not_found;
    promise.deliver(answer<chunk_octets>{found || is_missing ? found : own});
  });
}

void chunks_host::receive(const frames_received& m) {
  for (const auto& frame : m.frames)
    if (const auto read = exchange_.received(m.from, frame); !read && ports_.log != nullptr)
      ports_.log->write(log_level::error, "peer_frame_unreadable",
                        {{"peer", std::string_view{m.from.str()}},
                         {"text", std::string_view{read.error().what}}});
}

// ---- of the exchange ------------------------------------------------------------------------

steady_time chunks_host::steady_now() const {
  return ports_.time == nullptr ? steady_time{} : ports_.time->steady_now();
}

void chunks_host::send(const node_name& to, peer_frame frame) {
  if (ports_.send)
    ports_.send({to, {std::move(frame)}});
}

chunk_octets chunks_host::read(const chunk_id& id) {
  auto own = read_own(id);
  return own ? std::move(own).value() : nullptr;
}

// What is on its way off the disk will not be there.
bool chunks_host::has(const chunk_id& id) {
  if (erasing_.contains(id))
    return false;
  const auto found = ports_.store->get(family::segments, storage::chunk_time_key(id));
  return found && found.value().has_value();
}

void chunks_host::keep(const chunk_id& id, chunk_octets octets, std::function<void(bool)> then) {
  storage::batch changes;
  add(changes, id, octets);
  commit(std::move(changes), storage::priority::growth,
         [this, id, then = std::move(then)](const result<void>& durable) {
           renewed(id);
           then(durable.has_value());
         });
}

// ---- the actor ------------------------------------------------------------------------------

chunks_shell::behavior_type chunks_behavior(chunks_shell::stateful_pointer<chunks_state> self,
                                            chunks_ports ports) {
  self->state.host = std::make_shared<chunks_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      [self, host](const store_chunks& m) {
        auto promise = self->make_response_promise<answer<stored_chunks>>();
        host->store(m, promise);
        return promise;
      },
      [self, host](const fetch_chunk& m) {
        auto promise = self->make_response_promise<answer<chunk_octets>>();
        host->fetch(m.id, promise);
        return promise;
      },
      [host](const count_chunks&) { return host->counts(); },
      [host](const members_changed& m) { host->set_members(m); },
      [host](const peer_joined& m) { host->joined(m); },
      [host](const peer_lost& m) { host->lost(m); },
      [host](const frames_received& m) {
        host->receive(m);
        return done{};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
