// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A `.sol` file: what a solver answers to an `.nl` file.
///
///     message lines, an empty one as a single blank
///     (empty line)
///     Options, their count, the integers of the first line of the .nl file
///     rows, duals given, variables, values given, one number a line
///     the duals, the values
///     objno 0 CODE
///     suffix KIND COUNT LENGTH 0 0, the name, `index value` lines
///
/// Duals are ∂objective/∂right-hand side in the user's sense. Source: D. M. Gay, "Hooking your solver to AMPL", 1997.
public struct NLSolution: Sendable, Hashable {
  public var message = ""
  /// The integers of the first line of the `.nl` file.
  public var options: [Int] = []
  /// The number behind them, where the second of them is 3.
  public var tolerance: Double?
  public var rowCount = 0
  public var variableCount = 0
  /// One a row, or none.
  public var duals: [Double] = []
  /// One a variable, or none.
  public var values: [Double] = []
  /// The solve code: 0 solved, 100 warnings, 200 infeasible, 300 unbounded, 400 limits, 500 failures.
  public var code = 0
  public var suffixes: [NLSuffix] = []

  public init() {}

  /// The file as text.
  public var text: [UInt8] {
    var text = TextBuffer()
    for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
      text.append(line.allSatisfy(\.isWhitespace) ? " \n" : "\(line)\n")
    }
    text.append("\nOptions\n\(options.count + (tolerance == nil ? 0 : 2))\n")
    for option in options + [rowCount, duals.count, variableCount, values.count] { text.append("\(option)\n") }
    if let tolerance { text.append("\(Self.digits(tolerance))\n") }
    for number in duals { text.append("\(Self.digits(number))\n") }
    for number in values { text.append("\(Self.digits(number))\n") }
    text.append("objno 0 \(code)\n")
    for suffix in suffixes {
      text.append("suffix \(suffix.code) \(suffix.values.count) \(suffix.name.utf8.count + 1) 0 0\n\(suffix.name)\n")
      for (index, value) in suffix.values {
        text.append("\(index) \(suffix.isReal ? Self.digits(value) : String(Int(exactly: value.rounded()) ?? 0))\n")
      }
    }
    return text.bytes
  }

  /// Writes the file beside what was there, then in its place.
  public func write(to path: String) throws { try ModelFile.save(text, to: path) }

  /// 17 significant digits, as `%.17g` prints them: every double comes back.
  private static func digits(_ value: Double) -> String {
    if let whole = Int(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
    var bytes = [CChar](repeating: 0, count: 40)
    let count = withVaList([value]) { vsnprintf(&bytes, bytes.count, "%.17g", $0) }
    return String(decoding: bytes.prefix(Int(max(0, count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
