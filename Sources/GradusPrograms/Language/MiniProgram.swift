// SPDX-License-Identifier: Apache-2.0

/// A program of the MiniVM: functions that call each other, without any other effect than their result.
///
///     fn double(xs: [Int]) -> [Int] {
///       let ys: [Int] = []
///       for x in xs {
///         push(ys, 2 * x)
///       }
///       return ys
///     }
///
/// Types are `Int` (64 bits; overflow is an error), `Float`, `String`, `Bool` and lists `[T]`, all of them values: an assignment and a
/// call copy. Statements are `let`, assignment, `push`, `if`/`else`, `while`, `for` over `a..<b` or a list, `return` and calls; no
/// name hides another. `/` and `%` of Int round towards zero. Built-in functions: `MiniBuiltin`. Comments start with `//`.
///
/// It is saved as its print, so what is read back has been parsed.
public struct MiniProgram: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Levels of statements and terms that a program may have; deeper ones are refused before anything walks them.
  public static let nestingLimit = 64
  /// Bytes that a text may have.
  public static let lengthLimit = 1 << 20

  public var functions: [MiniFunction]

  public init(_ functions: [MiniFunction]) { self.functions = functions }

  /// Reads a program. Throws where the text is none, at the first place; types are checked when it is compiled.
  public init(parsing text: String) throws(MiniError) {
    var parser = try MiniParser(text)
    functions = try parser.program()
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    do { try self.init(parsing: text) } catch {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
    }
  }

  /// Writes the print.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The function with this name.
  public subscript(name: String) -> MiniFunction? { functions.first { $0.name == name } }

  /// Its print: two spaces a level, a statement a line, as few parentheses as it can be read back with.
  public var description: String { MiniPrinter.text(of: self) }
}
