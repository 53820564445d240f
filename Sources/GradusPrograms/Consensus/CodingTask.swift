// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// A function to be written: its first line, what it shall do, and examples that are given with it.
public struct CodingTask: Sendable, Hashable, Codable, Fingerprinted {
  /// A function that is described and not yet there.
  public struct Stub: Sendable, Hashable, Codable {
    /// `fn name(parameter: Type) -> Type`
    public var signature: String
    /// In words.
    public var summary: String

    public init(_ signature: String, _ summary: String) {
      self.signature = signature
      self.summary = summary
    }

    /// As it stands in a prompt.
    public var text: String { "// \(summary)\n\(signature)" }

    /// Name and types; nil where the first line is none.
    public var function: MiniFunction? { (try? MiniProgram(parsing: signature + " {}"))?.functions.first }
  }

  public var root: Stub
  public var examples: [MiniTestSuite.Case]

  /// Throws where the first line is none.
  public init(_ root: Stub, examples: [MiniTestSuite.Case] = []) throws(MiniError) {
    _ = try MiniProgram(parsing: root.signature + " {}")
    self.root = root
    self.examples = examples
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    print.mix(root.text)
    for example in examples { print.mix("\(example.arguments) \(example.expected)") }
    return print.value
  }
}
