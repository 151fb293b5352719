import Domain

extension Snippet {
    /// HTML that can be put into a page as it is: whatever somebody wrote is text in it, and what was found stands in `<mark>`.
    var html: String {
        var html: [UInt8] = []
        html.reserveCapacity(pieces.reduce(0) { $0 + $1.text.utf8.count + 16 })
        for piece in pieces {
            if piece.isMarked { html += "<mark>".utf8 }
            for byte in piece.text.utf8 {
                // Quotes, too: it may be put into an attribute.
                switch byte {
                case UInt8(ascii: "&"): html += "&amp;".utf8
                case UInt8(ascii: "<"): html += "&lt;".utf8
                case UInt8(ascii: ">"): html += "&gt;".utf8
                case UInt8(ascii: "\""): html += "&quot;".utf8
                case UInt8(ascii: "'"): html += "&#39;".utf8
                default: html.append(byte)
                }
            }
            if piece.isMarked { html += "</mark>".utf8 }
        }
        return String(decoding: html, as: UTF8.self)
    }
}
