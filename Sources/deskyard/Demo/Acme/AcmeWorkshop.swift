import Domain

extension DemoStory {
    static let acmeWorkshop: [DemoStory] = acmeRepairs + acmeAdvice

    private static let acmeRepairs: [DemoStory] = [
        DemoStory(
            subject: "[Rear|Front] brake squeals in the wet", user: "[Kofi Mensah|Emil Novak]", agent: "Elif Aydin", department: "Workshop",
            fields: ["warranty": .boolean(true)], rounds: 2,
            message: "My Tourer 5 squeals so loudly in the rain that people jump aside. It has done [100|250] kilometres.",
            steps: [
                .take, .change(.init(labels: ["brakes"])), .note("Third one this week, all with pads of batch 12. Asked the maker."),
                .stall("We suspect the pads and are waiting for the maker's answer. Until then: they brake well, they are only loud."),
                .pause(hours: 22), .answer("It is the pads. New ones are in the post; any workshop fits them in ten minutes, at our cost."),
            ]),
        DemoStory(
            subject: "Gears jump when I [stand up|go uphill]", user: "[Ivo Marin|Gus Park]", agent: "Elif Aydin", department: "Workshop",
            rounds: 2,
            message: "In the [three|two] smallest sprockets the chain jumps as soon as I push hard. The bicycle is [four|two] years old.",
            steps: [
                .take, .answer("Was the chain ever changed? After 3,000 km it takes the sprockets with it."), .user("Never. Is that bad?"),
                .answer("Then it is chain and cassette together, about 70 pounds. We have a place on [Tuesday|Thursday] at nine."),
            ]),
        DemoStory(
            subject: "Fork broke while riding", user: "Ivo Marin", agent: "Ben Okafor", department: "Workshop", priority: .urgent,
            urgency: 10, fields: ["order_no": .text("A-702"), "frame_size": .text("L"), "warranty": .boolean(true)], day: 0.3,
            message: """
                On Sunday the fork of my Tourer 5 broke just below the crown, at walking speed, thank heaven. I have a sprained wrist and \
                some bruises. I have kept everything and will not send it anywhere before I know how you deal with this.
                """,
            steps: [
                .take, .change(.init(labels: ["accident", "safety"])), .follow("Ada Lovett"),
                .acknowledge("I am very sorry, and glad that it was not worse. Our manager has been told and will look into it today."),
                .hold("Accident with injury: the insurer and perhaps a court will want to see everything."),
                .note("Serial number TF5-22-0871. Eleven more of that lot were sold, list is with Ada."), .agent("Ada Lovett"),
                .answer(
                    """
                    Thank you for keeping the parts. An independent expert would like to see them at your place; you need not give anything \
                    away. We pay for the doctor and for a bicycle on loan in any case.
                    """),
                .user("That is fair. Wednesday afternoon would suit me."), .stall("Wednesday at three. Her name is Dr Imani Clarke."),
                .pause(hours: 40), .note("Expert's first word: a casting fault. All eleven owners are being called."),
                .answer("The fault was ours. You get a new bicycle of your choice, and I would like to call you about the rest."),
            ]),
        DemoStory(
            subject: "Service for my [Tourer 5|Gravel 2]", user: "[June Abbot|Omar Farouk]", agent: "Elif Aydin", department: "Workshop",
            rounds: 2, message: "I would like the yearly service, if possible [before the holidays|next week]. How long do you keep it?",
            steps: [
                .answer("Two days. Would [Monday|Wednesday] suit you? Bring it before ten and take the lights off."),
                .user("Perfect. I will be there at nine."), .change(.init(status: .pending, labels: ["booked"])),
            ]),
        DemoStory(
            subject: "Crack in the frame near the seat tube", user: "Dora Klein", agent: "Elif Aydin", department: "Workshop",
            priority: .high,
            urgency: 8, fields: ["order_no": .text("A-655"), "frame_size": .text("M"), "warranty": .boolean(true)], day: 1.8,
            message:
                "While cleaning I found a fine line, about two centimetres long, where the seat tube meets the top tube. Paint or metal?",
            steps: [
                .take, .answer("Could you hold a torch to it and send a picture? And please leave the bicycle where it is until we know."),
                .user("Picture is attached. I can feel the line with my fingernail."),
                .note("That is metal. Warranty runs until March, frame is in stock in blue only."),
                .change(.init(team: "Mechanics", priority: .urgent, labels: ["frame", "warranty"])),
                .answer("It is a crack, and a case for the warranty. We have the same frame in blue at once, or in green in six weeks."),
                .user("Blue is fine. I ride every day."), .stall("Thank you. We fetch it on Friday and rebuild it over the weekend."),
                .pause(hours: 44), .resolve("Your bicycle is ready, with new bearings as a thank-you for your patience."),
                .user("It is beautiful. Give my regards to whoever wrapped the cables so neatly."),
                .resolve("That was Elif, and she is blushing."),
            ]),
        DemoStory(
            subject: "E-bike battery [loses half its charge overnight|will not charge]", user: "[Nora Quist|Lotte Peters]",
            agent: "Elif Aydin", department: "Workshop", urgency: 3, fields: ["warranty": .boolean(true)], rounds: 2,
            message: "The battery is [eight|fourteen] months old. I keep it indoors. The display shows error [E07|E12].",
            steps: [
                .take, .answer("Please hold the button on the battery for ten seconds. How many lights blink afterwards?"),
                .user("[Three|Only the first one], and then all of them go out."),
                .stall(
                    "Then it must go to the maker. A box for the journey is on its way: batteries must not travel in an ordinary parcel."),
            ]),
        DemoStory(
            subject: "Something creaks with every turn", user: "Hana Sato", agent: "Dan Pryce",
            message: "Near the pedals, only when I sit. I have greased everything that I can reach.",
            steps: [
                .change(.init(team: "Mechanics", department: "Workshop", labels: ["noise"])), .agent("Elif Aydin"), .take,
                .answer("If it is only when you sit, it is rarely the pedals. Take the seat post out, clean it, and grease that."),
                .user("Silence! I had taken half the bicycle apart for nothing."), .resolve("It always is the seat post."),
            ]),
        DemoStory(
            subject: "Broken spoke, [third|second] time", user: "[Kofi Mensah|Ivo Marin]", agent: "Elif Aydin", department: "Workshop",
            fields: ["warranty": .boolean(false)], rounds: 2,
            message: "Always the rear wheel, always on the side of the sprockets. I weigh [95|88] kilos and carry a laptop.",
            steps: [.change(.init(labels: ["wheel"]))]),
        DemoStory(
            subject: "My bicycle was promised for Tuesday", user: "Fay Turner", agent: "Ben Okafor", department: "Workshop",
            priority: .high,
            urgency: 6, day: 4.1,
            message: "It is Friday. I have called four times and nobody knows anything. I need it to get to work!",
            steps: [
                .take, .note("It was ready on Tuesday. The ticket was closed without calling her. Elif is mortified."),
                .answer("It has been ready since Tuesday, and nobody told you. There is no excuse. The service costs you nothing."),
                .user("Thank you for being honest. I come at five."), .change(.init(status: .resolved)),
            ]),
    ]

    private static let acmeAdvice: [DemoStory] = [
        DemoStory(
            subject: "Spare derailleur hanger", user: "Milan Kovac", agent: "Elif Aydin", department: "Workshop",
            message: "Which hanger does the Gravel 2 from last year need, and can you send me one?",
            steps: [
                .answer("Number 184. I pass you on to the order desk, who send it."),
                .change(.init(team: "Order desk", department: "Orders", fields: ["order_no": .text("{order}")])), .agent("Finn Doyle"),
                .resolve("It is in the post, 14.90 with the delivery."),
            ]),
        DemoStory(
            subject: "Tyre pressure for [touring|gravel]", user: "[Omar Farouk|Petra Vogel]", agent: "Carla Ruiz", department: "Workshop",
            rounds: 2, message: "The tyres say 2 to 5 bar. With luggage I am at [110|85] kilos. What would you ride?",
            steps: [.resolve("[4.0 behind and 3.5 in front|2.8 behind and 2.4 in front]. Less when it rains. Check it every two weeks.")]),
        DemoStory(
            subject: "Service plan for our couriers' bikes", user: "Rhea Das", agent: "Elif Aydin", department: "Workshop", urgency: 4,
            day: 2.7,
            message: """
                Our bikes do 80 kilometres a day. We would rather bring two every morning than all of them when they break. Could you plan \
                that with us, at a fixed price?
                """,
            steps: [
                .take, .change(.init(labels: ["fleet"])), .follow("Ben Okafor"),
                .answer("Two a morning is exactly what we like. Which days? We could have them ready by two o'clock."),
                .other("Petra Vogel", "Monday to Thursday, please. On Fridays everything must roll."), .user("What Petra says."),
                .note("Eight a week. 55 each covers it if they bring their own tyres."),
                .stall("I have sent you the plan. It begins as soon as the first Monday's list is here."),
            ]),
        DemoStory(
            subject: "Are my brake pads affected?", user: "Sam Whitlock", agent: "Elif Aydin", department: "Workshop", urgency: 5, day: 3.6,
            message: "People in our club talk about bad pads, batch 12. Mine say 12-B. Half of the club bought the same bicycle.",
            steps: [
                .another(
                    "Sam Whitlock", subject: "List of club bicycles with batch 12",
                    message: "As promised on the telephone, the list: fourteen bicycles, all bought in May."),
                .link, .answer("12-B is fine, 12-A is not. They are loud, not weak. I have your list and send fourteen pairs to be sure."),
                .user("Brilliant service. I will tell them at the club night."), .resolve("Please do. Safe rides to all of you."),
            ]),
        DemoStory(
            subject: "Wheel rubs since yesterday", user: "Walter Bishop", opening: .phone, agent: "Elif Aydin", department: "Workshop",
            message: "Mr Bishop called: the front wheel touches the brake once a turn. He is 81 and cannot bring it.",
            steps: [
                .take, .note("It is on my way home, I will look in at six."), .pause(hours: 6),
                .note("Just a bent rim. Trued at his door."),
                .change(.init(status: .resolved, labels: ["telephone"])),
            ]),
        DemoStory(
            subject: "Can I put a child seat on the Gravel 2?", user: "June Abbot", agent: "Dan Pryce", department: "Workshop",
            fields: ["frame_size": .text("S")],
            message: "My daughter is two and a half. The shop assistant said yes, the manual says nothing.",
            steps: [.change(.init(team: "Mechanics", urgency: 3, labels: ["safety"]))]),
    ]
}
