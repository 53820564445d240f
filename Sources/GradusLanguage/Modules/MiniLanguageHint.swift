// SPDX-License-Identifier: Apache-2.0
import GradusPrograms

/// What a model is told of the language of the MiniVM.
enum MiniLanguageHint {
  /// Enough for calls one after the other.
  static let straight = """
    The language: fn name(x: Type) -> Type { … }, with the types Int, Float, String, Bool and lists such as [Int]; a statement a line: \
    let a = value, return value. A Float is written 1.0, a text "…", a list [1, 2].
    """

  /// All of it.
  static let whole = """
    \(straight) Also: a = value, xs[0] = value, push(xs, value), if c { … } else { … }, while c { … }, for i in 0..<n { … }, \
    for x in xs { … }, other functions; + - * / % == != < <= > >= && || !; an empty list is declared as let xs: [Int] = []. \
    Int and Float are not mixed: float(1), floor(1.5); text(1) is a String, number("1") an Int. \
    There are \(MiniBuiltin.allCases.map(\.usage).joined(separator: ", ")).
    """

  /// What the function of a tool is named.
  static func name(of tool: ToolDescription) -> String { MiniName.from(tool.name) }
}
