import Testing

@testable import Jobs

@Suite("Who may say of others that they are dead")
struct ContactTests {
    private let start = ContinuousClock.now

    @Test("Nobody at the start, and whoever was heard from all the time for three seconds")
    func atTheStart() {
        var contact = Contact()
        #expect(!contact.mayJudge(at: start))
        contact.heard(at: start)
        #expect(!contact.mayJudge(at: start))
        contact.heard(at: start + .seconds(2))
        #expect(!contact.mayJudge(at: start + .milliseconds(2900)))
        #expect(contact.mayJudge(at: start + .seconds(3)))
        contact.heard(at: start + .seconds(4))
        #expect(contact.mayJudge(at: start + .seconds(8)))
    }

    @Test("Who was away itself does not, until the others had time to come back, too")
    func afterAnOutage() {
        var contact = Contact()
        for second in stride(from: 0, through: 10, by: 2) { contact.heard(at: start + .seconds(second)) }
        #expect(contact.mayJudge(at: start + .seconds(14)))
        #expect(!contact.mayJudge(at: start + .seconds(15)))
        contact.heard(at: start + .seconds(60))
        #expect(!contact.mayJudge(at: start + .seconds(60)))
        contact.heard(at: start + .seconds(62))
        #expect(!contact.mayJudge(at: start + .seconds(62)))
        #expect(contact.mayJudge(at: start + .seconds(63)))
    }
}
