import Domain
import Postgres

/// What is known of mails whose tickets were purged: enough to know them again, and nothing of what they said.
package struct PurgedMails {
    let transaction: TenantTransaction

    package func contains(_ mail: MailDigest) -> Pending<Bool> {
        transaction.run(SQL.find, [.bytes(mail.bytes)]).map { !$0.isEmpty }
    }

    package enum SQL: String, TenantSQL {
        case find = """
            select
            from helpdesk.purged_mails
            where tenant_id = $1
                and digest = $2
            """
    }
}
