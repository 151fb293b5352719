import Domain

/// What happens in a demo helpdesk.
struct DemoScript {
    enum Step {
        case assign
        case answer(String, VisibleStatus?)
        case note(String)
        case user(String)
        case hide(HiddenStatus)
        case restore
    }

    struct Story {
        var subject: String
        var message: String
        var priority = Priority.normal
        var steps: [Step]
    }

    var slug: String
    var name: String
    var timeZone: String
    var admin: String
    var agents: [String]
    var users: [String]
    var stories: [Story]
    /// How often the stories are told, each time by other users.
    var rounds: Int

    static let all = [acme, globex]

    private static let acme = DemoScript(
        slug: "acme", name: "Acme Bicycles", timeZone: "Europe/London", admin: "Ada Lovett", agents: ["Ben Okafor", "Carla Ruiz"],
        users: ["Dora Klein", "Emil Novak", "Fay Turner", "Gus Park", "Hana Sato", "Ivo Marin", "June Abbot", "Kofi Mensah"],
        stories: [
            Story(
                subject: "Where is my order A-1043?", message: "I ordered the blue touring bike last Tuesday and heard nothing since.",
                steps: [
                    .assign, .answer("It left our warehouse this morning; the carrier calls you with a time.", nil),
                    .user("They called, thank you!"), .answer("Enjoy the ride.", .resolved),
                ]),
            Story(
                subject: "Brake squeaks after 100 km", message: "The rear brake of my Tourer 5 squeaks when it is wet.", priority: .high,
                steps: [
                    .assign, .note("Third one this week; asked the workshop about the pads of batch 12."),
                    .answer("We are checking with the workshop whether your pads are from a bad batch.", .pending),
                ]),
            Story(
                subject: "Invoice with our VAT number, please", message: "Our accountant needs an invoice with DE 811 907 980 on it.",
                steps: [.answer("Here you are, the corrected invoice is in your account.", .resolved)]),
            Story(
                subject: "Can I change the delivery address?", message: "I am moving on the 3rd. Can you send it to the new flat?",
                priority: .urgent,
                steps: [.assign, .answer("Certainly. What is the new address?", nil)]),
            Story(subject: "Frame size for 1.72 m", message: "I am between M and L. Which one do you recommend for long tours?", steps: []),
            Story(
                subject: "CHEAP WATCHES best price", message: "Buy now and save 90 percent, click here!!!",
                steps: [.hide(.spam)]),
            Story(
                subject: "Return of a saddle bag", message: "The zip broke on the first day. How do I return it?",
                steps: [.hide(.deleted), .restore, .answer("Sorry for the wait. A label is on its way to you.", nil)]),
            Story(subject: "test", message: "asdf asdf", steps: [.hide(.deleted)]),
        ], rounds: 6)

    private static let globex = DemoScript(
        slug: "globex", name: "Globex Cloud", timeZone: "America/New_York", admin: "Lena Brandt", agents: ["Mo Haddad"],
        users: ["Nia Cole", "Otto Weiss", "Pia Lund", "Quinn Hale", "Rosa Vidal"],
        stories: [
            Story(
                subject: "API answers 500 since 14:05", message: "Every call to /v2/export fails. Request ids are in the attached log.",
                priority: .urgent,
                steps: [
                    .assign, .note("Rolled back release 311, errors are gone since 14:40."),
                    .answer("We rolled back a faulty release; exports work again. A report follows.", nil),
                    .user("Confirmed, working again."), .answer("Here is the report. Sorry for the trouble.", .resolved),
                ]),
            Story(
                subject: "Add a second administrator", message: "Please make quinn.hale an administrator of our workspace.",
                steps: [.answer("Done. Quinn has to sign in again.", .resolved)]),
            Story(
                subject: "Data residency in the EU", message: "Our legal team asks where backups are kept.",
                steps: [.assign, .answer("I am asking our infrastructure team for the current list.", .pending)]),
            Story(subject: "How do I rotate keys?", message: "Is there a way to rotate API keys without downtime?", steps: []),
            Story(
                subject: "Guaranteed first page on every search engine", message: "We can bring your site to the top.",
                steps: [.hide(.spam)]),
        ], rounds: 5)
}
