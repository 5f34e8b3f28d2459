#include "actors/groups/groups_actor.hpp"

#include "actors/groups/groups_actor_host.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds chunks_within{30};

error no_chunks() {
  return {errc::timed_out, "the list was not stored or found in time", "try again"};
}

} // namespace

groups_host::groups_host(self_pointer self, groups_ports ports)
    : self_{self}, ports_{std::move(ports)}, run_{run_later(self)},
      mirror_{*ports_.control,
              std::string{groups_prefix},
              {[this](const auto& all) { note(book_.load(all)); },
               [this](const auto& event) { note(book_.apply(event)); }},
              run_} {}

void groups_host::note(const result<void>& outcome) {
  if (!outcome)
    ports_.log->write(log_level::error, "group_record_unreadable",
                      {{"what", std::string_view{outcome.error().what}}});
}

void groups_host::fetch(const chunk_id& id, then_octets then) {
  self_->request(ports_.chunks, chunks_within, fetch_chunk{id})
      .then([then](const answer<chunk_octets>& got) { then(got.value); },
            [then](const caf::error&) { then(no_chunks()); });
}

void groups_host::store(std::vector<chunk_octets> chunks,
                        std::function<void(result<stored_chunks>)> then) {
  self_->request(ports_.chunks, chunks_within, store_chunks{std::move(chunks)})
      .then([then](const answer<stored_chunks>& got) { then(got.value); },
            [then](const caf::error&) { then(no_chunks()); });
}

control_mirror::change_callback groups_host::tell(const account_name& account,
                                                  const group_name& name,
                                                  promise_of<group_report> promise) {
  return [this, account, name, promise](const result<void>& outcome) mutable {
    const auto* found = outcome ? book_.find(account, name) : nullptr;
    if (found != nullptr)
      promise.deliver(answer<group_report>{*found});
    else
      promise.deliver(answer<group_report>{outcome ? no_group(name) : outcome.error()});
  };
}

void groups_host::create(const create_group& m, promise_of<group_report> promise) {
  mirror_.change([this, m] { return book_.build(m, ports_.time->wall_now()); },
                 tell(m.account, m.name, std::move(promise)));
}

void groups_host::remove(const delete_group& m, promise_of<done> promise) {
  mirror_.change([this, m] { return book_.build(m); },
                 [promise](const result<void>& outcome) mutable {
                   promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
                 });
}

void groups_host::use(const use_group& m, promise_of<group_report> promise) {
  const auto* const found = book_.find(m.account, m.name);
  if (found == nullptr)
    promise.deliver(answer<group_report>{no_group(m.name)});
  else
    promise.deliver(answer<group_report>{*found});
}

void groups_host::page(const list_recipients& m, promise_of<recipient_page> promise) {
  const auto* const found = book_.find(m.account, m.name);
  if (found == nullptr)
    return static_cast<void>(promise.deliver(answer<recipient_page>{no_group(m.name)}));
  auto page = std::make_shared<recipient_page>();
  page->group = *found;
  if (found->version == 0)
    return static_cast<void>(promise.deliver(answer<recipient_page>{*page}));
  fetch(found->list, [this, m, page, promise](const result<chunk_octets>& octets) mutable {
    const auto list =
        octets ? decode_manifest(*octets.value()) : result<list_manifest>{octets.error()};
    if (!list)
      return static_cast<void>(promise.deliver(answer<recipient_page>{list.error()}));
    std::size_t segment = 0;
    auto skip = m.after;
    const auto& segments = list.value().segments;
    while (segment < segments.size() && skip >= segments[segment].recipients)
      skip -= segments[segment++].recipients;
    add_items(page, list.value(), segment, skip, m.limit, promise);
  });
}

void groups_host::add_items(std::shared_ptr<recipient_page> page, const list_manifest& list,
                            std::size_t segment, std::uint64_t skip, std::size_t limit,
                            promise_of<recipient_page> promise) {
  if (segment >= list.segments.size() || page->items.size() >= limit)
    return static_cast<void>(promise.deliver(answer<recipient_page>{std::move(*page)}));
  fetch(list.segments[segment].content, [=, this](const result<chunk_octets>& octets) mutable {
    const auto read =
        octets ? decode_segment(*octets.value()) : result<list_segment>{octets.error()};
    if (!read)
      return static_cast<void>(promise.deliver(answer<recipient_page>{read.error()}));
    const auto& all = read.value().recipients;
    for (auto i = skip; i < all.size() && page->items.size() < limit; ++i) {
      auto& item = page->items.emplace_back();
      item.address = all[i].address;
      for (std::size_t name = 0; name < all[i].values.size(); ++name)
        if (all[i].values[name])
          item.variables.emplace(read.value().names[name], *all[i].values[name]);
    }
    add_items(page, list, segment + 1, 0, limit, promise);
  });
}

groups_shell::behavior_type groups_behavior(groups_shell::stateful_pointer<groups_state> self,
                                            groups_ports ports) {
  self->state.host = std::make_shared<groups_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using reports = std::vector<group_report>;
  return {
      once_loaded<create_group, group_report>(
          self, [](auto& of, const auto& m, auto promise) { of.create(m, promise); }),
      once_loaded<delete_group, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<list_groups, reports>(self,
                                        [](auto& of, const auto& m, auto promise) {
                                          promise.deliver(answer<reports>{of.book().list(m)});
                                        }),
      once_loaded<import_list, import_report>(
          self, [](auto& of, const auto& m, auto promise) { of.import(m, promise); }),
      once_loaded<list_recipients, recipient_page>(
          self, [](auto& of, const auto& m, auto promise) { of.page(m, promise); }),
      once_loaded<use_group, group_report>(
          self, [](auto& of, const auto& m, auto promise) { of.use(m, promise); }),
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
