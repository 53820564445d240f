// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The words of a command with the values of a trial in place of `{NAME}`, as in `TextTemplate`.
///
/// `{trial}`, `{seed}`, `{repeat}` and `{fidelity}` are known as well.
public struct CommandTemplate: Sendable, Hashable {
  private let words: [TextTemplate]
  /// Names that are always known.
  public static let own = ["trial", "seed", "repeat", "fidelity"]

  /// Reads the words. Throws for an unknown name, with the nearest one.
  public init(_ command: [String], parameters: [String]) throws(TemplateError) {
    var words: [TextTemplate] = []
    for word in command {
      do { words.append(try TextTemplate(word, known: parameters + Self.own)) } catch {
        // Who has misspelled a name wants to hear of the parameters.
        throw nearest(to: error.name, among: error.known) == nil
          ? TemplateError(name: error.name, text: error.text, known: parameters) : error
      }
    }
    self.words = words
  }

  /// The words for these values; a parameter that does not matter is empty.
  public func words(_ values: [String: String]) -> [String] { words.map { $0.text(values) } }
}
