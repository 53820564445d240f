// SPDX-License-Identifier: Apache-2.0

/// Something about a model that its words do not bear out.
public struct FormulationDoubt: Sendable, Codable, Hashable, CustomStringConvertible {
  /// What the doubt is about.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A number of the text that the model does not use.
    case unexplained
    /// A number of the model that the text does not say.
    case invented
    /// Whole things that may be cut.
    case continuous
    /// Quantities in several units that nothing converts.
    case units
    /// Answers with this optimum that become another on other data.
    case resampled
    /// A fault that the judging model names.
    case judged
  }

  public var kind: Kind
  /// One sentence.
  public var text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  public var description: String { text }
}
