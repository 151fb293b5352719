import Domain

extension DemoStory {
    static let acmeOrders: [DemoStory] = acmeDeliveries + acmePayments

    private static let acmeDeliveries: [DemoStory] = [
        DemoStory(
            subject: "Where is my order {order}?", user: "[Dora Klein|Lotte Peters]", agent: "[Finn Doyle|Carla Ruiz]",
            department: "Orders",
            fields: ["order_no": .text("{order}")], rounds: 2,
            message: "I ordered the blue [touring|city] bike last Tuesday and have heard nothing since. Is it on its way?",
            steps: [
                .take,
                .answer("Hello {user}, it left our warehouse this morning. The carrier will call you to agree on a time."),
                .user("They called, and it comes on [Thursday|Friday] between ten and noon. Thank you!"),
                .resolve("Good to hear. Enjoy the ride!"),
            ]),
        DemoStory(
            subject: "Wrong [tyres|handlebar tape] in the box", user: "[Emil Novak|June Abbot]", agent: "Finn Doyle", department: "Orders",
            fields: ["order_no": .text("{order}")], rounds: 2,
            message: """
                I ordered [two 35 mm tyres and got two of 28 mm|black handlebar tape and got white]. The invoice says the right thing, \
                the box does not. I have not opened the packaging.
                """,
            steps: [
                .take, .change(.init(labels: ["wrong item"])),
                .note("Second mix-up from shelf [C4|B2] this month. Told the warehouse to look at the labels there."),
                .answer(
                    """
                    I am sorry, that was our mistake. The right [tyres go|tape goes] out today. Please keep the wrong one: it costs more \
                    to fetch it than it is worth.
                    """),
                .pause(hours: 18), .user("Arrived today, all is well. Very generous, thanks."),
                .resolve("Thank you for telling us, {user}."),
            ]),
        DemoStory(
            subject: "Please change my delivery address", user: "[Fay Turner|Omar Farouk]", agent: "[Carla Ruiz|Finn Doyle]",
            department: "Orders", priority: .high, urgency: 6, fields: ["order_no": .text("{order}")], rounds: 2,
            message: "I am moving on [Saturday|Monday]. Can you still send order {order} to the new flat instead?",
            steps: [
                .take, .answer("Certainly, it has not left yet. What is the new address?"),
                .user("[14 Larch Road, flat 3, N16|27 Dock Street, SE8]. The bell says Turner and Farouk."),
                .acknowledge("Thank you. I am stopping the parcel and will write again when the new label is on it."),
                .note("Label changed with the carrier; the old one is void."), .resolve("Done: it goes to the new flat."),
            ]),
        DemoStory(
            subject: "Bicycle arrived with a bent derailleur", user: "Nora Quist", agent: "Carla Ruiz", department: "Orders",
            priority: .high,
            urgency: 7, fields: ["order_no": .text("{order}"), "frame_size": .text("M"), "warranty": .boolean(true)], day: 0.6,
            message: """
                My Gravel 2 came yesterday. One side of the box was crushed, and the rear derailleur is bent inwards: in the lowest gear it \
                touches the spokes. I took pictures of the box before I opened it.

                I need the bicycle for a trip in nine days.
                """,
            steps: [
                .take, .change(.init(labels: ["damage", "carrier"])),
                .answer("What a start, I am sorry. Please do not ride it. Did the driver have you sign for the damage?"),
                .user("No, he left it with a neighbour. She says he was in a great hurry."),
                .note("Carrier claim opened, they want the pictures within seven days. @Elif: can we straighten the hanger here?"),
                .follow("Elif Aydin"), .agent("Elif Aydin"),
                .note("The hanger is a five-minute job, the derailleur is not worth saving. We have one in stock."), .agent("Carla Ruiz"),
                .answer(
                    """
                    Our mechanic can fit a new derailleur and hanger on the spot. Shall we fetch the bicycle tomorrow, or would you rather \
                    have the parts sent to a workshop near you? We pay either way.
                    """),
                .user("Please fetch it. Tomorrow after five works."), .stall("The van comes tomorrow between five and six."),
                .pause(hours: 26), .note("Bicycle is here. Fitted, test ride done, goes back tonight."), .agent("Carla Ruiz"),
                .answer("Repaired and on its way back to you. The mechanic also trued the rear wheel."),
                .user("It shifts better than before. I am impressed, and in time for the trip!"),
                .resolve("Have a wonderful trip. The carrier's insurance is ours to fight with."),
            ]),
        DemoStory(
            subject: "Is the [Gravel 2|City 7] in [M|L] coming back soon?", user: "[Gus Park|Hana Sato]", agent: "Dan Pryce",
            department: "Orders", fields: ["order_no": .text("{order}"), "frame_size": .text("[M|L]")], rounds: 2,
            message: "Your page says sold out. I would wait up to three weeks, not longer. Should I look elsewhere?",
            steps: [.change(.init(labels: ["stock"]))]),
        DemoStory(
            subject: "Can you deliver on a [Saturday|weekday evening]?", user: "[Kofi Mensah|Milan Kovac]", agent: "Finn Doyle",
            department: "Orders", fields: ["order_no": .text("{order}")], rounds: 2,
            message: "I work until six every day, and the depot closes at five. Is there any way to get my order without taking a day off?",
            steps: [
                .change(.init(team: "Order desk")), .pause(hours: 5),
                .answer("Yes: for five pounds more the carrier comes [on Saturday morning|between six and nine]. Shall I book that?"),
            ]),
        DemoStory(
            subject: "Twelve cargo bikes for the new depot", user: "Petra Vogel", agent: "Ben Okafor", department: "Orders",
            priority: .high,
            urgency: 5, fields: ["order_no": .text("{order}")], day: 1.1,
            message: """
                We open a second depot in the spring and need twelve cargo bikes like the ones of order A-811, with the larger battery. \
                What would be the price, and could you deliver in two lots of six?
                """,
            steps: [
                .take, .copy("Rhea Das"), .follow("Ada Lovett"), .change(.init(labels: ["fleet", "quote"])),
                .answer("Gladly. Two lots are no problem. Do you want locks and insurance plates fitted here, as last time?"),
                .user("Yes to both. Rhea runs the depot, she will say what else is needed."),
                .other("Rhea Das", "Please also add twelve rain covers, and keys that are alike for each lot. We lost too many."),
                .note("Margin: Ada agreed to eight percent if they order before the end of the month."),
                .stall("I am waiting for the battery supplier's dates and will send the quote as soon as I have them."),
                .pause(hours: 20), .answer("The quote is attached to your account: first lot in five weeks, second in eight."),
                .user("Looks good. I need the signature of our director, please give me until Friday."),
                .stall("Of course. The price is yours until the end of the month."),
            ]),
        DemoStory(
            subject: "No confirmation for my order", user: "Omar Farouk", agent: "Finn Doyle", department: "Orders",
            fields: ["order_no": .text("{order}")], day: 2.2,
            message: "I paid an hour ago and got no mail. Did it go through?",
            steps: [
                .another(
                    "Omar Farouk", subject: "Order {order}: still no confirmation", message: "Second attempt, I got no answer so far."),
                .take, .merge, .answer("It did go through. The mail bounced: your mailbox is full. I put your two messages together here."),
                .user("Oh, so it is. Cleaned it up. Sorry for writing twice."), .resolve("No harm done. The confirmation is out again."),
            ]),
        DemoStory(
            subject: "Rack for order {order}, and a noise", user: "Lotte Peters", agent: "Finn Doyle", department: "Orders",
            fields: ["order_no": .text("{order}")], day: 3.1,
            message: "Can I add the black rear rack to my order before it leaves?",
            steps: [
                .take, .answer("Just in time: it is in. That makes 39 pounds more."),
                .user("Great. By the way, my old Tourer 5 clicks with every turn of the left pedal. Is that dangerous?"),
                .split("Tourer 5 clicks with every turn of the left pedal"),
                .resolve("The rack is packed. The click I gave to the workshop."),
            ]),
        DemoStory(
            subject: "Found the shop closed when I came to collect", user: "Hana Sato", agent: "Carla Ruiz", department: "Orders",
            priority: .high, urgency: 4, fields: ["order_no": .text("{order}")], day: 4.4,
            message: "Your mail said I can collect until seven. I stood before a locked door at half past six, with the bus gone.",
            steps: [
                .take, .note("The till was down and they closed early without changing the page."),
                .answer("That should not have happened, and I apologise. May we bring it to you this evening, at no cost?"),
                .user("That is kind. I am at home from eight."), .resolve("It is in the van. See you at eight."),
            ]),
    ]

    private static let acmePayments: [DemoStory] = [
        DemoStory(
            subject: "Please cancel order {order}", user: "[Gus Park|Milan Kovac]", agent: "[Carla Ruiz|Ben Okafor]", department: "Orders",
            fields: ["order_no": .text("{order}")], rounds: 2,
            message: "[My brother gave me his old bicycle, so I need none.|I ordered the wrong colour and will order again.]",
            steps: [.resolve("Cancelled. The money is back on your card in two or three days.")]),
        DemoStory(
            subject: "Invoice with our VAT number, please", user: "[Petra Vogel|Sam Whitlock]", agent: "Carla Ruiz", department: "Orders",
            fields: ["order_no": .text("{order}")], rounds: 2,
            message: "Our accountant needs an invoice with [GB 811 907 980|the club's address] on it. The one in the parcel is to me.",
            steps: [
                .change(.init(labels: ["invoice"])), .resolve("Here you are: the corrected invoice is in your account, under documents."),
            ]),
        DemoStory(
            subject: "Refund for the returned [helmet|saddle bag]", user: "[Hana Sato|Nora Quist]", agent: "Finn Doyle",
            department: "Orders", fields: ["order_no": .text("{order}")], rounds: 2,
            message: "I sent it back [nine|twelve] days ago and the money is not there. The tracking says you have had it since Monday.",
            steps: [
                .take, .change(.init(labels: ["refund"])),
                .stall("It is here. Our bank sends refunds on Wednesdays; I will look again then and tell you."), .pause(hours: 30),
                .note("In Wednesday's batch."), .resolve("The refund went out today and should be with you tomorrow."),
            ]),
        DemoStory(
            subject: "I was charged twice", user: "[Ivo Marin|Kofi Mensah]", agent: "Ben Okafor", department: "Orders", priority: .high,
            urgency: 5, fields: ["order_no": .text("{order}")], rounds: 2,
            message: "My statement shows [849.00|64.90] two times on the same day. I only pressed the button once!",
            steps: [
                .take, .answer("I can see one payment and one reservation. The reservation falls away by itself within five days."),
                .user("[It is still there this morning.|It is gone, thank you.]"),
            ]),
        DemoStory(
            subject: "Gift card is not accepted", user: "Fay Turner", agent: "Finn Doyle", department: "Orders",
            fields: ["order_no": .text("{order}")],
            message: "The card is from my mother and says 50 pounds. The shop answers that the code is unknown.",
            steps: [
                .answer("Could you send me the first four characters of the code? Please not the whole of it."),
                .user("It begins with 7QOK."),
                .resolve("That is a zero, not the letter O: the print is bad. I have put the 50 pounds on your account."),
            ]),
        DemoStory(
            subject: "Order by telephone: bell and mudguards", user: "Agnes Moore", opening: .phone, agent: "Finn Doyle",
            department: "Orders", fields: ["order_no": .text("{order}")],
            message: "Mrs Moore called. She wants a brass bell and the 26 inch mudguards, and pays on collection.",
            steps: [
                .change(.init(team: "Order desk", labels: ["telephone"])), .note("Set aside in the shop under M."),
                .change(.init(status: .resolved)),
            ]),
        DemoStory(
            subject: "Test order, please ignore", user: "Milan Kovac", agent: "Ben Okafor", department: "Orders",
            fields: ["order_no": .text("{order}")], day: 1.4,
            message: "Just trying whether your shop takes my card.",
            steps: [
                .hide(.deleted), .pause(hours: 20),
                .user("It was no test after all: the money is gone from my account. May I have the lights that I ordered?"), .take,
                .answer("Then they are yours. They go out today."),
            ]),
        DemoStory(
            subject: "The price changed while I was paying", user: "Emil Novak", agent: "Carla Ruiz", department: "Orders",
            fields: ["order_no": .text("{order}")],
            message: "The basket said 1,149. The bill says 1,199. Same bicycle, two minutes later.",
            steps: [
                .take, .note("The sale ended at midnight. He was in the shop at 23:58, I saw it in the log."),
                .answer("The sale ended while you were typing. Of course the lower price counts: 50 pounds are on their way back."),
            ]),
    ]
}
