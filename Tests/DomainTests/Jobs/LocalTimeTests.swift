import Domain
import Testing

@Suite("A time on the wall clock")
struct LocalTimeTests {
    @Test("Every minute of the day is written as two digits and two digits, and read back")
    func roundTrip() {
        var texts: [String] = []
        for minute in 0..<1440 {
            let time = LocalTime(unchecked: minute)
            #expect(time.minuteOfDay == minute)
            #expect(LocalTime(time.description) == time, "\(time)")
            texts.append(time.description)
        }
        #expect(texts == texts.sorted())
        #expect(Set(texts).count == 1440)
    }

    @Test(
        "Times everybody knows",
        arguments: [("00:00", 0), ("00:59", 59), ("01:00", 60), ("03:00", 180), ("09:05", 545), ("12:00", 720), ("23:59", 1439)])
    func known(_ text: String, _ minute: Int) {
        #expect(LocalTime(text)?.minuteOfDay == minute)
        #expect(LocalTime(unchecked: minute).description == text)
    }

    @Test(
        "What is not two digits, a colon and two digits of a day is no time",
        arguments: [
            "", " ", ":", "0", "03", "0300", "03:", ":00", "3:00", "03:0", "3:0", "03:000", "003:00", " 03:00", "03:00 ", "03 00",
            "03.00", "03-00", "03:00:00", "03:00Z", "3:00am", "24:00", "23:60", "00:60", "99:99", "-1:00", "+1:00", "03:-1", "03:+1",
            "0a:00", "03:0a", "03:0/", "0::00", "03::0", "０３:００", "03：00", "03:0\u{0}", "٠٣:٠٠", "é:00",
        ])
    func unreadable(_ text: String) {
        #expect(LocalTime(text) == nil)
    }
}
