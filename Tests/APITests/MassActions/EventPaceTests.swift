import Domain
import Testing

@testable import API

@Suite("The pace of an event stream")
struct EventPaceTests {
    private static let news = EventLook(events: [ServerEvent(name: "progress", id: "1", data: [])])

    @Test("Fifteen seconds of silence are broken by a comment, and again after fifteen more")
    func keepAlive() {
        var pace = EventPace()
        let steps = (1...40).map { (second: $0, step: pace.next(after: EventLook(), at: .seconds($0))) }
        #expect(steps.filter { $0.step == .keepAlive }.map(\.second) == [15, 30])
        #expect(steps.allSatisfy { $0.step != .end })
    }

    @Test("News break the silence, too")
    func news() {
        var pace = EventPace()
        let steps = (1...40).map { (second: $0, step: pace.next(after: $0 == 10 ? Self.news : EventLook(), at: .seconds($0))) }
        #expect(steps.filter { $0.step == .keepAlive }.map(\.second) == [25, 40])
    }

    @Test("It ends with the last of its news, or after ten minutes")
    func end() {
        var pace = EventPace()
        var last = Self.news
        last.isLast = true
        #expect(pace.next(after: last, at: .seconds(1)) == .end)
        #expect(pace.next(after: Self.news, at: .milliseconds(599_999)) == .wait)
        #expect(pace.next(after: Self.news, at: .seconds(600)) == .end)
    }

    @Test("A process has two hundred places, ten for each helpdesk; what is let go is free at once")
    func places() throws {
        let places = EventStreamPlaces()
        var taken: [EventStreamPlaces.Place] = []
        for helpdesk in 1...20 {
            for _ in 1...10 { taken.append(try places.take(for: ID(Int64(helpdesk)))) }
            #expect(throws: TooManyStreams.self) { try places.take(for: ID(Int64(helpdesk))) }
        }
        #expect(throws: TooManyStreams.self) { try places.take(for: ID(21)) }
        taken.removeFirst()
        #expect(throws: TooManyStreams.self) { try places.take(for: ID(2)) }
        taken.append(try places.take(for: ID(21)))
        #expect(throws: TooManyStreams.self) { try places.take(for: ID(1)) }
        taken.removeAll()
        let again = try (1...10).map { _ in try places.take(for: ID(1)) }
        #expect(again.count == 10)
    }

    @Test("What has not changed is no news; what has ended is the last of them")
    func tale() {
        var action = MassAction(
            id: ID(12), actions: [.hide(.spam)], createdBy: ID(4), total: 3, createdAt: Timestamp(milliseconds: 0))
        var tale = MassActionTale()
        let first = tale.told(action)
        let same = tale.told(action)
        action.state = .running
        let begun = tale.told(action)
        action.figures.done = 2
        let further = tale.told(action)
        action.figures.skipped = 1
        action.state = .done
        let done = tale.told(action)
        #expect(first.events.map(\.name) == ["progress"] && !first.isLast)
        #expect(same.events.isEmpty && !same.isLast)
        #expect(begun.events.map(\.id) == ["0"] && further.events.map(\.id) == ["2"])
        #expect(done.events.map(\.name) == ["done"] && done.events.map(\.id) == ["3"] && done.isLast)
    }

    @Test("An event has its id, its name and its data on a line each, and an empty line at the end")
    func form() {
        let event = ServerEvent(name: "done", id: "7", data: Array("{\"text\":\"a\\nb\"}".utf8))
        #expect(String(decoding: event.bytes, as: UTF8.self) == "id: 7\nevent: done\ndata: {\"text\":\"a\\nb\"}\n\n")
    }
}
