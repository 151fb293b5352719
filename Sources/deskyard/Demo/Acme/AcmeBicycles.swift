import Domain
import Services

extension DemoScript {
    /// A bicycle shop with a web shop and a workshop.
    static let acme = DemoScript(
        slug: "acme", name: "Acme Bicycles", timeZone: "Europe/London",
        departments: ["General", "Orders", "Workshop"],
        fields: acmeFields,
        permissionGroups: [
            Group(name: "First look", rights: [.viewUnassigned, .assign, .editFields]),
            Group(name: "Front desk", rights: [.viewUnassigned, .viewOthers, .reply, .setStatus, .assign, .editFields]),
        ],
        usergroups: [Group(name: "Fleet customers", rights: [.viewOrganization])],
        organizations: ["Riverside Couriers", "Hackney Velo Club"],
        agents: acmeAgents,
        form: "Web form",
        teams: [
            Team(name: "Order desk", members: ["Carla Ruiz", "Finn Doyle"]),
            Team(name: "Mechanics", members: ["Ben Okafor", "Elif Aydin"]),
        ],
        users: acmeUsers,
        stories: DemoStory.acme)

    private static let acmeFields: [Field] = [
        Field(
            key: "order_no", name: "Order number", kind: .text, pattern: #"A-\d{1,6}"#,
            departments: [
                "General": Domain.Field.Requirement(), "Orders": Domain.Field.Requirement(forUsers: true),
                "Workshop": Domain.Field.Requirement(),
            ]),
        Field(key: "frame_size", name: "Frame size", kind: .choice, choices: ["S", "M", "L", "XL"]),
        Field(
            key: "warranty", name: "Under warranty", kind: .boolean,
            departments: ["Orders": Domain.Field.Requirement(), "Workshop": Domain.Field.Requirement()]),
    ]

    private static let acmeAgents: [Agent] = [
        Agent(name: "Ada Lovett", isAdmin: true, groups: ["Everything"]),
        Agent(name: "Ben Okafor", groups: ["Everything"]),
        Agent(name: "Carla Ruiz", groups: ["Everything not destructive"]),
        Agent(name: "Dan Pryce", groups: ["First look"]),
        Agent(name: "Elif Aydin", groups: ["Everything not destructive"], departments: ["Workshop": .full, "Orders": .assign]),
        Agent(name: "Finn Doyle", groups: ["Front desk"], departments: ["General": .full, "Orders": .full, "Workshop": .assign]),
        // Opens tickets and can do nothing else.
        Agent(name: "Web form"),
    ]

    private static let acmeUsers: [User] = [
        User(name: "Dora Klein"), User(name: "Emil Novak"), User(name: "Fay Turner"), User(name: "Gus Park"), User(name: "Hana Sato"),
        User(name: "Ivo Marin"), User(name: "June Abbot"), User(name: "Kofi Mensah"), User(name: "Lotte Peters"),
        User(name: "Milan Kovac"), User(name: "Nora Quist"), User(name: "Omar Farouk"),
        User(name: "Petra Vogel", host: "riverside-couriers.example", organization: "Riverside Couriers", groups: ["Fleet customers"]),
        User(name: "Rhea Das", host: "riverside-couriers.example", organization: "Riverside Couriers"),
        User(name: "Sam Whitlock", host: "hackney-velo.example", organization: "Hackney Velo Club"),
    ]
}

extension DemoStory {
    fileprivate static let acme: [DemoStory] = acmeOrders + acmeWorkshop + acmeGeneral
}
