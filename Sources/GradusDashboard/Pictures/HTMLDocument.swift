// SPDX-License-Identifier: Apache-2.0

/// A document of HTML that suits phones and light and dark surroundings: what stands around the content of every page.
package struct HTMLDocument {
  /// As plain text.
  package var title: String
  /// What a page adds to its head: lines of HTML.
  package var head: String
  /// Attributes of the body, each with a space before it.
  package var attributes = ""
  /// Everything that is shown, as lines of HTML.
  package var body: String

  package init(title: String, head: String, attributes: String = "", body: String) {
    self.title = title
    self.head = head
    self.attributes = attributes
    self.body = body
  }

  /// A page that brings its style along.
  package init(title: String, style: String, body: String) {
    self.init(title: title, head: "<style>\n\(style)\n</style>", body: body)
  }

  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escaped(title))</title>
    \(head)
    </head>
    <body\(attributes)>
    \(body)
    </body>
    </html>

    """
  }
}
