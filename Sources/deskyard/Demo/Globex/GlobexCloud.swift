import Domain
import Services

extension DemoScript {
    /// A company that keeps other companies' data and lets them work on it.
    static let globex = DemoScript(
        slug: "globex", name: "Globex Cloud", timeZone: "America/New_York",
        settings: SettingsPatch(reopenDays: 3, lateMessage: .followUp),
        departments: ["Support", "Billing", "Security"],
        fields: globexFields,
        permissionGroups: [
            Group(name: "On-call", rights: [.viewUnassigned, .viewOthers, .reply, .setStatus, .assign, .editFields])
        ],
        usergroups: [Group(name: "Key accounts", rights: [.viewOrganization])],
        organizations: ["Northwind Freight", "Halden Energy"],
        agents: globexAgents,
        form: "Web form",
        teams: [Team(name: "On-call", members: ["Mo Haddad", "Raj Patel"])],
        users: globexUsers,
        stories: DemoStory.globex)

    private static let globexFields: [Field] = [
        Field(
            key: "workspace", name: "Workspace", kind: .text, maximumLength: 40, pattern: "[a-z][a-z0-9-]*",
            departments: [
                "Support": Domain.Field.Requirement(), "Billing": Domain.Field.Requirement(forUsers: true),
                "Security": Domain.Field.Requirement(),
            ]),
        Field(key: "seats", name: "Seats", kind: .number, minimum: 1, maximum: 5000, departments: ["Billing": Domain.Field.Requirement()]),
        Field(
            key: "incident", name: "What is affected", kind: .multiChoice, choices: ["API", "Dashboard", "Exports", "Sign-in", "Storage"],
            departments: ["Support": Domain.Field.Requirement(), "Security": Domain.Field.Requirement()]),
        Field(key: "start_date", name: "Starts on", kind: .date, departments: ["Billing": Domain.Field.Requirement()]),
    ]

    private static let globexAgents: [Agent] = [
        Agent(name: "Lena Brandt", isAdmin: true, groups: ["Everything"]),
        Agent(name: "Mo Haddad", groups: ["Everything"]),
        Agent(name: "Iris Tang", groups: ["Everything not destructive"]),
        Agent(name: "Raj Patel", groups: ["On-call"]),
        Agent(name: "Sofia Lind", groups: ["Everything"], departments: ["Security": .full, "Support": .assign]),
        Agent(name: "Tom Becker", groups: ["Everything not destructive"], departments: ["Billing": .full, "Support": .assign]),
        // Opens tickets and can do nothing else.
        Agent(name: "Web form"),
    ]

    private static let globexUsers: [User] = [
        User(name: "Nia Cole", host: "northwind.example", organization: "Northwind Freight", groups: ["Key accounts"]),
        User(name: "Otto Weiss", host: "northwind.example", organization: "Northwind Freight"),
        User(name: "Pia Lund", host: "halden.example", organization: "Halden Energy", groups: ["Key accounts"]),
        User(name: "Quinn Hale", host: "halden.example", organization: "Halden Energy"),
        User(name: "Rosa Vidal"), User(name: "Stefan Krol"), User(name: "Tess Moreau"), User(name: "Uma Iyer"), User(name: "Viktor Hahn"),
        User(name: "Wendy Osei"), User(name: "Xavier Blanc"), User(name: "Yusuf Demir", isSuspended: true),
    ]
}

extension DemoStory {
    fileprivate static let globex: [DemoStory] = globexSupport + globexIncidents + globexBilling + globexSecurity
}
