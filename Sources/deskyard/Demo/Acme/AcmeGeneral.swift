import Domain

extension DemoStory {
    static let acmeGeneral: [DemoStory] = acmeQuestions + acmeJunk

    private static let acmeQuestions: [DemoStory] = [
        DemoStory(
            subject: "Frame size for [1.72|1.85] m", user: "[June Abbot|Sam Whitlock]", agent: "[Carla Ruiz|Finn Doyle]", rounds: 2,
            message: "I am between [M and L|L and XL]. Which one do you recommend for long tours? My inseam is [79|88] cm.",
            steps: [
                .answer("With that inseam I would take the [M|L] and a longer stem. Would you like to try both? We have them here."),
                .user("I came by and you were right, the [M|L] it is."), .change(.init(fields: ["frame_size": .text("[M|L]")])),
                .resolve("Glad it fits. It is yours for 24 hours without any obligation."),
            ]),
        DemoStory(
            subject: "Are you open on the bank holiday?", user: "Tariq Siddiqui", opening: .form, agent: "Finn Doyle",
            message: "I could only come on Monday. Is the shop open?",
            steps: [.resolve("From ten to two, with one mechanic. It can get crowded, so come early.")]),
        DemoStory(
            subject: "Bicycles for our school's road safety week", user: "Maud Ellery", opening: .form, agent: "Ben Okafor", day: 1.6,
            message: """
                We teach sixty children of nine and ten to ride safely in traffic. Every year some come without a bicycle. Could you lend us \
                six small ones for a week in May, or do you know somebody who could?
                """,
            steps: [
                .take, .change(.init(labels: ["community"])), .follow("Ada Lovett"),
                .note("We have eight used 24 inch ones in the cellar."),
                .stall("What a good idea. We have the bicycles; whether the insurance covers it, I will know by Monday."),
            ]),
        DemoStory(
            subject: "Application as a mechanic", user: "Oskar Lind", opening: .form, agent: "Carla Ruiz",
            message: "I have repaired bicycles for six years in Malmö and am moving to London in June. May I show you what I can do?",
            steps: [
                .change(.init(agent: "Ada Lovett", labels: ["jobs"])), .agent("Ada Lovett"),
                .note("Elif knows his old shop: very good people."),
                .answer("We would like to meet you. Could you work a day with us when you are here to look for a flat?"),
            ]),
        DemoStory(
            subject: "Please take me off the newsletter", user: "[Gus Park|Agnes Moore]", opening: .form, agent: "Finn Doyle", rounds: 2,
            message: "[Three mails in one week are too many.|I cannot find the link.] Thank you.",
            steps: [.resolve("Done, you will get no more. Sorry for the noise.")]),
        DemoStory(
            subject: "New mail address for my account", user: "Kofi Mensah", agent: "Carla Ruiz",
            message: "I am leaving my company and its mailbox. What do you need so that I keep my order history?",
            steps: [
                .answer("Only the new address, and one mail from it so that we know it is yours."),
                .user("It comes from there in a minute. Thank you."),
            ]),
        DemoStory(
            subject: "Club ride in spring: food, route, spare parts", user: "Sam Whitlock", agent: "Ben Okafor", urgency: 2, day: 0.9,
            message: """
                On the first Sunday of April sixty of us ride to Brighton. Last year you came with the van, which saved the day for at \
                least five people. Would you come again?
                """,
            steps: [
                .take, .change(.init(labels: ["community", "club"])), .follow("Elif Aydin"),
                .answer("With pleasure. Elif drives. What should be on board?"),
                .user("Tubes of all sizes, two chains, brake cables. And the big coffee pot!"), .agent("Elif Aydin"),
                .note("Van needs new tyres before that. Booked it in."), .agent("Ben Okafor"),
                .answer("The pot is on the list. Where do we meet, and at what time do the slow ones expect to arrive?"),
                .user("Six at the station. The slow ones, me among them, hope for three. I will send the route when it is settled."),
                .change(.init(status: .awaitingUser)), .pause(hours: 30), .user("Here is the route. Mind the works at Redhill."),
            ]),
        DemoStory(
            subject: "Rude on the telephone", user: "Nora Quist", agent: "Carla Ruiz", priority: .high, urgency: 5, day: 5.2,
            message: "I called about my helmet and was told to read the manual. I do not want anything, I only think you should know.",
            steps: [
                .change(.init(agent: "Ada Lovett", labels: ["complaint"])), .agent("Ada Lovett"),
                .answer("I do want to know, thank you. I have spoken with the person; it was the end of a long day, and still no excuse."),
                .user("I appreciate that you wrote yourself."), .change(.init(status: .resolved)),
            ]),
        DemoStory(
            subject: "Which data do you keep about me?", user: "Emil Novak", agent: "Ben Okafor", urgency: 4, day: 3.3,
            message: "Under the data protection law I ask for a copy of everything, and why you keep it.",
            steps: [
                .take, .change(.init(agent: "Ada Lovett", labels: ["data protection"])), .agent("Ada Lovett"),
                .stall("You will have it within two weeks. I need to ask the carrier and the bank as well."),
            ]),
        DemoStory(
            subject: "Left a green glove in your shop", user: "Walter Bishop", opening: .phone, agent: "Finn Doyle",
            message: "Mr Bishop thinks that he left a green knitted glove on the counter on Saturday.",
            steps: [.note("There is one in the drawer, but it is blue."), .answer("We found a blue one. Could it be that one?")]),
        DemoStory(
            subject: "Do you buy used bicycles?", user: "Omar Farouk", agent: "Dan Pryce",
            message: "A City 7, three years old, always kept inside. What would you give me for it?",
            steps: [.change(.init(priority: .low, labels: ["used"]))]),
        DemoStory(
            subject: "[A picture for the local paper|Interview for our podcast]", user: "[Greta Holm|Jonas Reed]", opening: .form,
            agent: "Carla Ruiz", rounds: 2,
            message: "We are [writing about|talking to] shops that repair more than they sell. May we visit you one morning?",
            steps: [.take, .answer("You are welcome. Mornings before ten are best: after that we have grease up to the elbows.")]),
    ]

    private static let acmeJunk: [DemoStory] = [
        DemoStory(
            subject: "CHEAP WATCHES [best price|today only]", user: "[Lucky Deals|Golden Time]", opening: .form, agent: "Ben Okafor",
            rounds: 2, message: "Buy now and save 90 percent, [click here|only 3 left]!!!", steps: [.hide(.spam)]),
        DemoStory(
            subject: "Your website on the first page", user: "[Rank Booster|Top Spot]", opening: .form, agent: "Ben Okafor", rounds: 2,
            message: "Dear webmaster, we noticed [27|41] errors on your website. Our experts can bring you to the top in one week.",
            steps: [.hide(.spam)]),
        DemoStory(
            subject: "You won 3.5 coins", user: "Crypto Clara", opening: .form, agent: "Ben Okafor",
            message: "Confirm your wallet within 24 hours or the prize goes to somebody else.", steps: [.hide(.spam)]),
        DemoStory(
            subject: "test", user: "[Asdf Asdf|Test Test]", opening: .form, agent: "Ben Okafor", rounds: 2, message: "asdf asdf",
            steps: [.hide(.deleted)]),
        DemoStory(
            subject: "Great offer for cyclists", user: "Milan Kovac", agent: "Ben Okafor", day: 2.4,
            message: "I saw the great offer in your window, two tyres for the price of one. Is it still on, and can I order it from home?",
            steps: [
                .hide(.spam), .pause(hours: 8), .user("Did you get my question about the tyres?"), .agent("Carla Ruiz"), .restore,
                .answer("You sounded so much like advertising that we took you for it. Sorry! Yes, it is on until Sunday."),
                .user("Ha! I will work on my style."), .resolve("Please don't. Two tyres are set aside for you."),
            ]),
        DemoStory(
            subject: "Return of a saddle bag", user: "Lotte Peters", agent: "Ben Okafor", fields: ["order_no": .text("{order}")], day: 0.2,
            message: "The zip broke on the first day. How do I return it?",
            steps: [
                .hide(.deleted), .note("My mistake, I had the wrong line marked."), .restore,
                .answer("Sorry for the wait. A label is on its way to you."),
            ]),
        DemoStory(
            subject: "YOU WILL REGRET THIS", user: "No Name", opening: .form, agent: "Ben Okafor", day: 3.9,
            message: "Two pages of insults about cyclists in general and bells in particular.",
            steps: [.hide(.spam), .note("It is no robot, only a very angry person. To the deleted ones."), .hide(.deleted)]),
    ]
}
