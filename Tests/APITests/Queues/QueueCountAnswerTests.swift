import Domain
import JSON
import Testing

@testable import API

@Suite("Counts of queues, written")
struct QueueCountAnswerTests {
    @Test("A number is a number, and more than anybody counts is a text that says so")
    func beyond() throws {
        let answer = Answer.counts([
            ID(5): QueueCount(count: 1204, isCapped: false), ID(12): QueueCount(count: QueueCount.cap, isCapped: true),
            ID(7): QueueCount(count: QueueCount.cap, isCapped: false), ID(1): QueueCount(count: 0, isCapped: false),
        ])
        #expect(String(decoding: answer.body, as: UTF8.self) == #"{"counts":{"1":0,"5":1204,"7":10000,"12":"10,000+"}}"#)
        #expect(String(decoding: Answer.counts([:]).body, as: UTF8.self) == #"{"counts":{}}"#)
    }
}
