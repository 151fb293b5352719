import Domain

extension DemoStory {
    static let globexBilling: [DemoStory] = [
        DemoStory(
            subject: "[Twelve|Forty|Three] more seats, please", user: "[Wendy Osei|Otto Weiss|Rosa Vidal]", agent: "Tom Becker",
            department: "Billing", urgency: 2, fields: ["workspace": .text("[osei-books|northwind|vidal-studio]")], rounds: 3,
            message: "We are growing. What would [twelve|forty|three] more seats cost, and can they start on the first of December?",
            steps: [
                .take, .change(.init(labels: ["seats"], fields: ["start_date": .text("2026-12-01")])),
                .answer("The price per seat stays the same, and you pay only from the day on which they start. Shall I add them?"),
                .user("[Yes, please.|Yes. The order number for the invoice is NW-5512.|Give me until Monday, I have to ask.]"),
                .stall("Noted, {user}. I will write again on the day they start."),
            ]),
        DemoStory(
            subject: "Our order number is missing on the invoice", user: "[Pia Lund|Uma Iyer|Viktor Hahn]",
            agent: "[Tom Becker|Iris Tang]", department: "Billing",
            fields: ["workspace": .text("[halden-energy|iyer-clinic|hahn-foundry]")], rounds: 3,
            message: "Accounting sent it back to me. Could you put [PO-88120|CL 2026-17|order 4471] on it and send it again?",
            steps: [
                .change(.init(labels: ["invoice"])),
                .resolve("The corrected invoice is in your account, and the next ones will have the number."),
            ]),
        DemoStory(
            subject: "Charged after we had cancelled", user: "[Stefan Krol|Xavier Blanc]", agent: "Tom Becker", department: "Billing",
            priority: .high, urgency: 6, fields: ["workspace": .text("[krol-maps-old|blanc-test]")], rounds: 2,
            message: "We cancelled our second workspace in [September|October], and on Monday you took [348.00|29.00] from our card again.",
            steps: [
                .take, .note("Cancelled two days after the period had begun. The terms are on our side, but nobody has used it since."),
                .answer("You cancelled two days after the new period had begun. As nobody has used it since, I give you the money back."),
                .user("[That is decent of you.|It has arrived. Thank you.]"), .change(.init(status: .resolved, labels: ["refund"])),
            ]),
        DemoStory(
            subject: "From monthly to a contract for three years", user: "Pia Lund", agent: "Tom Becker", department: "Billing",
            priority: .high, urgency: 4, fields: ["workspace": .text("halden-energy"), "seats": .number(420)], day: 0.7,
            message: """
                Our board has decided to stay with you, and would like a price that stays with us. We have 420 seats now and expect about \
                600 by next summer.

                Please make us an offer for three years, paid yearly. We would also need a clause about leaving early.
                """,
            steps: [
                .take, .change(.init(labels: ["contract", "key account"])), .follow("Lena Brandt"), .copy("Quinn Hale"),
                .answer("That is good news, {user}. Should all 600 seats start at once, or would you rather grow step by step?"),
                .user("Step by step: 420 now, then every quarter what we need. Quinn will tell you the numbers."),
                .other("Quinn Hale", "I expect 470 in January, 530 in April and 600 in July."),
                .note("Lena, I would go down to 15 percent less for three years, and 18 if they take 600 from the start."),
                .agent("Lena Brandt"), .note("Fine with me. Leaving early only after the first year, with three months' notice."),
                .agent("Tom Becker"),
                .answer(
                    """
                    The offer is in your account: 15 percent less for three years with seats by the quarter, or 18 percent with 600 from \
                    the start. You could leave after the first year, with three months' notice.
                    """),
                .user("We take the first one. Our lawyer asks which law applies."),
                .answer("That of the state of New York; it stands in the last paragraph. Is that a difficulty?"), .pause(hours: 20),
                .user("No, she only wanted to see it in writing. The signatures take until the end of next week."),
                .change(.init(fields: ["start_date": .text("2026-12-01")])),
                .stall("Take the time you need. The contract begins on the first of December, and the price holds until then."),
            ]),
        DemoStory(
            subject: "Receipt for October", user: "Uma Iyer", agent: "Mo Haddad", department: "Billing",
            fields: ["workspace": .text("iyer-clinic")], day: 1.3,
            message: "I need a receipt for October. Oh, I think I have just found it. Forget about this.",
            steps: [
                .hide(.deleted), .pause(hours: 18),
                .user("What I found was September. May I have the one for October after all?"), .agent("Tom Becker"), .take,
                .answer("Here it is: you find it under Billing and Receipts. It was hidden behind a filter for the year before."),
            ]),
        DemoStory(
            subject: "Your mail says that our card was declined", user: "[Tess Moreau|Viktor Hahn]", agent: "Tom Becker",
            department: "Billing", priority: .high, urgency: 5, fields: ["workspace": .text("[moreau-lab|hahn-foundry]")], rounds: 2,
            message: "The bank says that everything is in order. Will our workspace be closed [tonight|on Friday]?",
            steps: [
                .take, .answer("Nothing will be closed, I have given you two weeks. Some banks want you to confirm once: please do."),
            ]),
        DemoStory(
            subject: "Is there a discount for [charities|schools]?", user: "[Brook Street Shelter|Fern Hill School]", opening: .form,
            agent: "Raj Patel", rounds: 2,
            message: "We are [thirty volunteers|thirty teachers] and could not pay the full price.",
            steps: [
                .change(.init(department: "Billing", labels: ["discount"], fields: ["seats": .number(30)])), .agent("Tom Becker"), .take,
                .answer("There is: half the price, for as long as you are one. A copy of your registration is all that we need."),
            ]),
        DemoStory(
            subject: "Where do I change the address of our office?", user: "Stefan Krol", agent: "Tom Becker", department: "Billing",
            fields: ["workspace": .text("krol-maps")], day: 5.1,
            message: "We have moved to 8 Harbour Street. The invoices still go to the old place. And can I see who has signed in lately?",
            steps: [
                .take, .answer("I have changed the address. My colleague in Support will tell you about the sign-ins."),
                .change(.init(agent: "Iris Tang", department: "Support")), .agent("Iris Tang"),
                .resolve("The sign-ins are under Settings and People, with the day and the browser."),
            ]),
    ]
}
