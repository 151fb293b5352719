import Domain

extension DemoStory {
    static let globexSupport: [DemoStory] = [
        DemoStory(
            subject: "How do I invite a [guest|contractor|second admin]?", user: "[Uma Iyer|Wendy Osei|Xavier Blanc]", agent: "Iris Tang",
            fields: ["workspace": .text("[iyer-clinic|osei-books|blanc-labs]")], rounds: 3,
            message: "I want to let [our auditor|a designer|my colleague] in and find only a button that is grey. What am I missing?",
            steps: [
                .take, .answer("The button wakes up once you have confirmed your own address. Did you get our mail about that, {user}?"),
                .user("[It was in the junk folder. It works now.|Found it, thank you!|I never got one. Could you send it again?]"),
                .resolve("[Good to hear. Guests can read but not export.|Glad it works.|Sent again just now. It is valid for a day.]"),
            ]),
        DemoStory(
            subject: "Export stops at [10,000|65,536] rows", user: "[Viktor Hahn|Tess Moreau]", agent: "[Iris Tang|Raj Patel]",
            priority: .high, urgency: 4,
            fields: ["workspace": .text("[hahn-foundry|moreau-lab]"), "incident": .choices(["Exports"])], rounds: 2,
            message: "Our table has [31,400|90,210] rows. The file always ends there, and nothing says that something is missing.",
            steps: [
                .take, .answer("Which format do you choose? The old spreadsheet one has such a limit, CSV has none."),
                .user("[The spreadsheet. CSV is complete, thank you.|CSV as well, I tried both.]"),
                .note("There should be a warning. Asked the exports team; they have it on their list."),
                .stall("Thank you. I have asked our developers to look at it and will write as soon as they have."),
            ]),
        DemoStory(
            subject: "Moving eleven years of freight records to you", user: "Nia Cole", agent: "Iris Tang", priority: .high, urgency: 5,
            fields: ["workspace": .text("northwind")], day: 0.5,
            message: """
                We are about to close the old system in our Rotterdam office. It holds about four million consignments with their papers, \
                some of them scanned sideways.

                How would you move that, what would you need from us, and can our people go on working meanwhile?
                """,
            steps: [
                .take, .change(.init(labels: ["migration", "key account"])), .copy("Otto Weiss"), .follow("Lena Brandt"),
                .answer("Gladly, {user}. Nobody has to stop: we copy first and then catch up. In which form could you export the records?"),
                .user("As a database dump. Otto runs the old machine, he knows more than I do."),
                .other("Otto Weiss", "It is 240 GB with the scans, 9 without. The disk is slow: reading all of it takes two nights."),
                .note("Bulk upload takes 500 GB a day. Ask Raj for a window, not on a Monday."), .follow("Raj Patel"), .agent("Raj Patel"),
                .note("Thursday night is free. I will raise their limit for twelve hours."), .agent("Iris Tang"),
                .answer("We have a window on Thursday from ten in the evening. Could you send us the first thousand records before that?"),
                .other("Otto Weiss", "They are in your inbox folder. Beware of the dates before 2017: month first."),
                .acknowledge("Thank you for the warning! Give me until tomorrow; I will try the import in an empty workspace."),
                .pause(hours: 16), .note("997 of 1000 went in. The other three have a 31st of June."),
                .answer("All but three went in, and those have dates that never were. May we set them to the last day of the month?"),
                .user("Please do, and put a mark on them. I am impressed."),
                .stall("Marked. On Thursday night the whole lot goes in, and you will hear from me on Friday morning."),
            ]),
        DemoStory(
            subject: "Cannot find the workspace settings", user: "Stefan Krol", agent: "Iris Tang",
            fields: ["workspace": .text("krol-maps")], day: 2.1,
            message: "Since this week the menu looks different. Where can I change the name of our workspace?",
            steps: [
                .another(
                    "Stefan Krol", subject: "Rename our workspace",
                    message: "I wrote before but cannot find my message. We would like to be Krol Cartography from now on."),
                .take, .merge, .answer("Your two messages are together now. The settings are behind the gear beside your picture."),
                .user("There it is. Renamed! The old place was better, though."), .resolve("You are not alone. I have passed that on."),
            ]),
        DemoStory(
            subject: "Dates are shown the American way", user: "Tess Moreau", agent: "Iris Tang",
            fields: ["workspace": .text("moreau-lab")], day: 3.2,
            message: "My samples are from 4 May and not from 5 April. Can I set that for all of us?",
            steps: [
                .take, .answer("An admin can, under Settings and Region. It changes only what is shown, not what is stored."),
                .user("Done, thank you. Another thing: may we keep our data in Europe only? Our ethics board asks."),
                .split("Keeping the data in Europe only"), .resolve("Good. I have made a ticket of its own for your second question."),
            ]),
        DemoStory(
            subject: "Keyboard shortcuts do not work", user: "Rosa Vidal", agent: "Iris Tang", fields: ["workspace": .text("vidal-studio")],
            day: 0.15, message: "Pressing G and then T used to bring me to my tables. Now I only hear a beep.",
            steps: [
                .take, .resolve("They were off for a day because of an error and are back. Please load the page again."),
                // Together more than three days, however quick or slow either of them is.
                .pause(hours: 48), .pause(hours: 48),
                .user("Sorry to come back so late, I was on holiday. Now G and T opens the trash instead of the tables."), .take,
                .note("Her own shortcut from last year wins over ours. Nobody thought of that."),
                .answer("You once gave T another meaning, under Profile and Shortcuts. Shall I set yours back to ours?"),
            ]),
        DemoStory(
            subject: "[Dark colours for the night shift|Sorting by two columns|An app for the tablet]",
            user: "[Quinn Hale|Viktor Hahn|Rosa Vidal]", agent: "Iris Tang", priority: .low,
            fields: ["workspace": .text("[halden-energy|hahn-foundry|vidal-studio]")], rounds: 3,
            message: "Not a problem, only a wish: [our control room is dark and the page is not|I need this daily|it would help us].",
            steps: [.change(.init(labels: ["wish"]))]),
        DemoStory(
            subject: "What does the free plan [include|not include]?", user: "[Harriet Stone|Ivan Petrov]", opening: .form,
            agent: "Raj Patel", rounds: 2,
            message: "Before I sign up: how many people may work together, and [is there an API|what happens when it is full]?",
            steps: [
                .resolve("Three people and 2 GB, [with the API at a slower pace|and when it is full you can still read and delete]."),
                .change(.init(labels: ["sales"])),
            ]),
        DemoStory(
            subject: "[Ten thousand followers|Investors are waiting|Cheap hosting] for you", user: "[Max Reach|Deal Flow|Server King]",
            opening: .form, agent: "Mo Haddad", rounds: 3,
            message: "Dear [friend|founder|owner], reply today and get [a free trial|ten warm contacts|three months for one]!!!",
            steps: [.hide(.spam)]),
        DemoStory(
            subject: "[test|asdf]", user: "[Test Person|Qwer Tz]", opening: .form, agent: "Mo Haddad", rounds: 2,
            message: "[testing the form|asdf asdf asdf]", steps: [.hide(.deleted)]),
    ]
}
