import Crypto
import Domain
import Foundation
import Repositories

/// A token as its bearer holds it: shown once, kept nowhere. 256 random bits behind a prefix that secret scanners can find.
package struct TokenText: Sendable {
    package let text: String

    package static func random(for kind: Kind) -> TokenText {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let encoded = bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return TokenText(text: kind.rawValue + encoded)
    }

    package enum Kind: String, Sendable {
        case person = "dsk_"
        case systemOperator = "dso_"
        /// To what a mass action's dry run has looked at.
        case preview = "dsp_"
    }

    package var hash: TokenHash { Self.hash(of: text) }

    package static func hash(of text: String) -> TokenHash {
        var text = text
        let digest = text.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        return TokenHash(bytes: Array(digest))
    }
}
