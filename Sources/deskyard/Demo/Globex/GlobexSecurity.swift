import Domain

extension DemoStory {
    static let globexSecurity: [DemoStory] = [
        DemoStory(
            subject: "Somebody signed in from [Lima|Hanoi]", user: "[Rosa Vidal|Wendy Osei]", agent: "Sofia Lind", department: "Security",
            priority: .urgent, urgency: 9,
            fields: ["workspace": .text("[vidal-studio|osei-books]"), "incident": .choices(["Sign-in"])], rounds: 2,
            message: "Your mail says that I signed in from there [at three in the morning|twice yesterday]. I was asleep, and not there!",
            steps: [
                .take, .acknowledge("I have ended all your sessions, {user}. Please choose a new password while I look at the traces."),
                .note("[Password was in an old leak of another site.|Her own VPN. The address is on the list of its provider.]"),
                .answer(
                    """
                    [They had your password from another website's leak and opened two tables, nothing more.|It was your own VPN, which \
                    goes through that country.] I recommend a second factor in any case. Shall I help you set it up?
                    """),
                .user("[Please do. I feel rather foolish.|How embarrassing! I have turned it on myself now.]"),
            ]),
        DemoStory(
            subject: "[Security questionnaire with 180 questions|Questions of our auditor]", user: "[Nia Cole|Uma Iyer]",
            agent: "Sofia Lind", department: "Security", urgency: 3, fields: ["workspace": .text("[northwind|iyer-clinic]")], rounds: 2,
            message: "We have to ask all our suppliers once a year. Could you fill it in by {soon}? The file is in our workspace.",
            steps: [
                .take, .change(.init(labels: ["questionnaire"])), .note("Two thirds of it are in our standard answers."),
                .stall("You will have it by then. For [eleven|four] of the questions I must ask our data centre first."),
            ]),
        DemoStory(
            subject: "Our API key was public for two days", user: "Otto Weiss", agent: "Sofia Lind", department: "Security",
            priority: .urgent, urgency: 10, fields: ["workspace": .text("northwind"), "incident": .choices(["API", "Storage"])], day: 0.9,
            message: """
                A contractor put our key into a public repository on Saturday. I have made a new one, but the old one worked until this \
                morning.

                Can you see who used it, and what they read? There are addresses of our drivers in there.
                """,
            steps: [
                .take, .change(.init(labels: ["leak", "personal data"])), .follow("Mo Haddad"),
                .acknowledge("You did the right thing. The old key is dead in all our regions; I am going through two days of calls now."),
                .hold("Personal data may have leaked: the authority and both lawyers will want to see everything."),
                .note("41 calls from an address that is not theirs, Sunday 02:10 to 02:26. Mo, what did they get?"),
                .agent("Mo Haddad"), .note("Only the list of tables and the first page of one: 100 consignments, no drivers."),
                .agent("Sofia Lind"),
                .answer(
                    """
                    One stranger made 41 calls on Sunday morning. They saw the names of your tables and the first hundred consignments. \
                    The drivers' table was never opened. The list of all calls is in your account.
                    """),
                .user("Thank you for being so quick. Nia must decide whether we report it."),
                .other("Nia Cole", "We do report it, to be safe. May our lawyer write to you directly?"),
                .copy("Nia Cole"), .answer("Of course. Everything here is kept for as long as the matter lasts."), .pause(hours: 22),
                .other("Nia Cole", "The report is in. They ask when exactly the key stopped working."),
                .stall("At 08:42:17 on Monday, New York time. I am having that confirmed in writing by our data centre."),
            ]),
        DemoStory(
            subject: "[Script runs in the name of a table|Reset link works twice]", user: "[Jonas Ekberg|Mira Lohan]", opening: .form,
            agent: "Sofia Lind", department: "Security", priority: .high, urgency: 7, rounds: 2,
            message: "I look for such things in my free time and have told nobody else. The steps: [three|five], with pictures, see below.",
            steps: [
                .take, .change(.init(labels: ["vulnerability"], fields: ["incident": .choices(["Dashboard", "Sign-in"])])),
                .note("[True. Only for one's own tables, but still.|True, for ten minutes. Mo has the fix ready.]"), .follow("Mo Haddad"),
                .stall("Thank you: we can see it as well. I will tell you when it is closed, and there is a reward for it."),
                .pause(hours: 25), .resolve("Closed this morning. Under which name may we thank you on our page?"),
            ]),
        DemoStory(
            subject: "[Lost|Broke|Sold] the telephone with my codes", user: "[Quinn Hale|Tess Moreau|Viktor Hahn]", agent: "Iris Tang",
            priority: .high, urgency: 5,
            fields: ["workspace": .text("[halden-energy|moreau-lab|hahn-foundry]"), "incident": .choices(["Sign-in"])], rounds: 3,
            message: "Now I can no longer sign in [on any machine but this one|at all next week|anywhere new]. What do I do?",
            steps: [
                .change(.init(department: "Security", labels: ["second factor"])), .agent("Sofia Lind"), .take,
                .answer("Do you still have the ten codes on paper, {user}? If not, an admin of your workspace must vouch for you."),
                .user("[I found them in my desk. All is well.|No. My admin will write to you.|The codes were in that telephone as well.]"),
            ]),
        DemoStory(
            subject: "Mail in your name asks for our password", user: "[Xavier Blanc|Stefan Krol]", agent: "Mo Haddad",
            department: "Security", urgency: 6, fields: ["workspace": .text("[blanc-labs|krol-maps]")], rounds: 2,
            message: "It looks like yours, but the link leads to [globex-login.example|a page with a padlock made of letters]. Is it you?",
            steps: [
                .change(.init(team: "On-call", labels: ["phishing"])),
                .resolve("It is not. You did well not to click. We are having the page taken down; we never ask for passwords."),
            ]),
        DemoStory(
            subject: "Why was my account suspended?", user: "Yusuf Demir", opening: .form, agent: "Sofia Lind", department: "Security",
            priority: .low, day: 4.6, message: "I only tried a few thousand passwords on my own account, for research. Let me in again.",
            steps: [
                .take, .note("They were other people's accounts, nine of them. It was Lena who decided."), .follow("Lena Brandt"),
                .resolve("It stays suspended: the accounts were not yours. You may send us a letter if you see that differently."),
            ]),
        DemoStory(
            subject: "[URGENT: bug in your site, pay me|Your data is for sale]", user: "[Elite Hunter|Shadow Broker]", opening: .form,
            agent: "Sofia Lind", department: "Security", rounds: 2,
            message: "Send [500 in coins|2 coins] in 48 hours, or [I tell everybody|all is published]. [Proof follows.|No proof needed.]",
            steps: [.note("Same text went to half the city."), .hide(.spam)]),
    ]
}
