import Domain

extension DemoStory {
    static let globexIncidents: [DemoStory] = [
        DemoStory(
            subject: "API answers with [503|timeouts|429 at ten calls a minute]", user: "[Otto Weiss|Stefan Krol|Wendy Osei]",
            agent: "Raj Patel", priority: .urgent, urgency: 9,
            fields: ["workspace": .text("[northwind|krol-maps|osei-books]"), "incident": .choices(["API"])], rounds: 3,
            message: """
                Since [six|a quarter past nine|noon] about [half|a third|all] of our calls fail. Your status page is green. [Our lorries \
                cannot be dispatched without it.|Our maps stay empty.|The shop is closed until this works.]
                """,
            steps: [
                .change(.init(team: "On-call", labels: ["outage"])), .take,
                .acknowledge("We see it too, {user}. I am on it and will write every half hour until it is over."),
                .note("[One node out of disk space.|The new load balancer drops idle connections.|A limit meant for the free plan.]"),
                .answer("It should be over now. Could you confirm that from your side?"),
                .user("[All calls go through again. That was quick.|Yes, the maps are back.|Better, but every tenth call still fails.]"),
                .change(.init(status: .pending, priority: .high, urgency: 5)),
                .note("Leave open until the report about the causes is written."),
            ]),
        DemoStory(
            subject: "Dashboard needs [forty seconds|a minute] to load", user: "[Uma Iyer|Pia Lund]", agent: "Iris Tang", urgency: 5,
            fields: ["workspace": .text("[iyer-clinic|halden-energy]"), "incident": .choices(["Dashboard"])], rounds: 2,
            message: "Last week it took two. We have changed nothing, and it is the same [at home|in all our offices].",
            steps: [
                .take, .answer("How many charts are on it, and does it get quick when you choose only one month?"),
                .user("[Nineteen|Thirty-two], and yes, with one month it is quick again."),
                .change(.init(team: "On-call", labels: ["slow"])), .agent("Raj Patel"),
                .note("The planner takes the wrong index since Monday's update. Statistics were never renewed."),
                .answer("We have found the cause in our database and removed it. Please try again with all months."), .pause(hours: 3),
                .user("[Three seconds! Thank you.|Much better: five seconds.]"), .resolve("Thank you for telling us so exactly, {user}."),
            ]),
        DemoStory(
            subject: "Files from last night are gone", user: "Pia Lund", agent: "Raj Patel", priority: .urgent, urgency: 10,
            fields: ["workspace": .text("halden-energy"), "incident": .choices(["Storage", "Dashboard"])], day: 1.2,
            message: """
                At six this morning our turbine readings were there. At seven the folder for the night was empty, and the dashboard shows \
                zero for all forty turbines. Nobody here has deleted anything.

                We must report these numbers to the grid operator by noon tomorrow.
                """,
            steps: [
                .change(.init(team: "On-call", labels: ["data loss", "key account"])), .take, .follow("Lena Brandt"), .copy("Quinn Hale"),
                .acknowledge("This has our full attention. Please do not upload anything into that folder until I write again."),
                .note("The files are there, the list of them is not: the index lost the shard at 06:40. Mo, can you look at the replicas?"),
                .agent("Mo Haddad"), .note("Two of three replicas are whole. Rebuilding from the second, about four hours."),
                .agent("Raj Patel"),
                .answer("Good news first: your files are safe. What is lost is the list of them, and we are making it anew. Four hours."),
                .user("What a relief. Will the dashboard be right as well?"),
                .other("Quinn Hale", "And can I go on writing into the folder for today? The sensors keep only 24 hours."),
                .answer("Yes to both. Today's folder is on another machine and was never touched."), .pause(hours: 4),
                .note("Rebuilt. 17,280 entries, as many as on the day before."),
                .answer("The list is back with 17,280 files. Could you compare that with your own count?"),
                .other("Quinn Hale", "The same number here, and the sums agree for five turbines that I picked."),
                .user("The report is out, with an hour to spare. I would like to know how this could happen."),
                .stall("You have a right to know. You will have our written report within a week; Lena signs it herself."),
                .pause(hours: 30), .agent("Lena Brandt"),
                .answer("The report is in your account, with the three things that we are changing. I would be glad to talk it through."),
            ]),
        DemoStory(
            subject: "[Nightly|Weekly] export never finishes", user: "[Quinn Hale|Xavier Blanc]", agent: "Mo Haddad", priority: .high,
            urgency: 6, fields: ["workspace": .text("[halden-energy|blanc-labs]"), "incident": .choices(["Exports"])], rounds: 2,
            message: "It has stood at [99|72] percent since [two in the morning|Sunday]. I cannot cancel it and cannot start a second one.",
            steps: [
                .take, .note("Stuck worker, third one since the release. Killed and started again."),
                .answer("I have started it again for you. It should be ready within the hour; would you tell me if not?"),
                .user("[Ready after twenty minutes, thanks.|Still at 72 percent.]"),
            ]),
        DemoStory(
            subject: "Nobody can sign in", user: "Wendy Osei", opening: .phone, agent: "Raj Patel", priority: .urgent, urgency: 10,
            fields: ["incident": .choices(["Sign-in"])], day: 4.3,
            message: "Ms Osei called at five in the morning: the sign-in page loads again and again, for all of her staff.",
            steps: [
                .change(.init(team: "On-call", labels: ["outage", "telephone"])), .take,
                .another(
                    "Viktor Hahn", subject: "Sign-in goes round in circles",
                    message: "We enter the password, the page blinks, and there it is again. The same in every browser."),
                .link, .note("Same cause in both: a certificate was changed at midnight, and we kept the old one in the cache."),
                .answer("We kept an old certificate for too long. I have cleared it: please try once more, {user}."),
                .user("We are in. Thank you for picking up the telephone at that hour!"), .resolve("That is what we are there for."),
            ]),
        DemoStory(
            subject: "Every webhook arrives [twice|three times]", user: "[Otto Weiss|Viktor Hahn]", agent: "Iris Tang", urgency: 3,
            fields: ["workspace": .text("[northwind|hahn-foundry]"), "incident": .choices(["API"])], rounds: 2,
            message: "For one change in a table we get [two|three] calls, with different numbers but the same content.",
            steps: [
                .take, .answer("How long does your side take to answer? After five seconds without one we send it again."),
                .user("[About eight seconds when we are busy.|Less than one. I can send you our log.]"),
                .answer("[That explains it: answer at once and do the work afterwards.|Please do, for ten minutes around one such call.]"),
            ]),
        DemoStory(
            subject: "Upload of large files breaks off", user: "[Rosa Vidal|Tess Moreau]", agent: "Raj Patel", urgency: 2,
            fields: ["workspace": .text("[vidal-studio|moreau-lab]"), "incident": .choices(["Storage"])], rounds: 2,
            message: "Anything above [four|two] gigabytes stops after exactly one hour. Our line is slow but steady.", steps: []),
    ]
}
