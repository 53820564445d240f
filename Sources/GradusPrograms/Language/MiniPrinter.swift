// SPDX-License-Identifier: Apache-2.0

/// Writes programs so that reading them gives the same again.
enum MiniPrinter {
  static func text(of program: MiniProgram) -> String {
    program.functions.map(text(of:)).joined(separator: "\n\n") + "\n"
  }

  static func text(of function: MiniFunction) -> String {
    var lines = [function.signature + " {"]
    for statement in function.body { write(statement, 1, &lines) }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func write(_ statement: MiniStatement, _ level: Int, _ lines: inout [String]) {
    let margin = String(repeating: "  ", count: level)
    func block(_ head: String, _ body: [MiniStatement]) {
      lines.append(margin + head + " {")
      for inner in body { write(inner, level + 1, &lines) }
      lines.append(margin + "}")
    }
    switch statement.form {
    case .declare(let name, let type, let value):
      lines.append("\(margin)let \(name)\(type.map { ": \($0)" } ?? "") = \(text(of: value))")
    case .assign(let name, let value): lines.append("\(margin)\(name) = \(text(of: value))")
    case .assignElement(let name, let indices, let value):
      lines.append("\(margin)\(name)\(indices.map { "[\(text(of: $0))]" }.joined()) = \(text(of: value))")
    case .push(let name, let value): lines.append("\(margin)push(\(name), \(text(of: value)))")
    case .loop(let condition, let body): block("while \(text(of: condition))", body)
    case .count(let name, let from, let to, let body):
      block("for \(name) in \(text(of: from))..<\(text(of: to))", body)
    case .each(let name, let list, let body): block("for \(name) in \(text(of: list))", body)
    case .give(let value): lines.append("\(margin)return \(text(of: value))")
    case .call(let value): lines.append(margin + text(of: value))
    case .branch(let condition, let then, let otherwise):
      block("if \(text(of: condition))", then)
      guard !otherwise.isEmpty else { return }
      lines.removeLast()
      // `else if` where nothing but an `if` follows: the same tree, and no deeper on paper.
      if otherwise.count == 1, case .branch = otherwise[0].form {
        let start = lines.count
        write(otherwise[0], level, &lines)
        lines[start] = "\(margin)} else " + lines[start].dropFirst(margin.count)
      } else {
        lines.append(margin + "} else {")
        for inner in otherwise { write(inner, level + 1, &lines) }
        lines.append(margin + "}")
      }
    }
  }

  /// A sign before something, and what follows a value in brackets, bind tighter than every operator.
  private static let prefixPrecedence = 6
  private static let suffixPrecedence = 7

  private static func precedence(of term: MiniTerm) -> Int {
    switch term.form {
    case .binary(let op, _, _): op.precedence
    case .negated, .not: prefixPrecedence
    case .int(let value): value < 0 ? prefixPrecedence : suffixPrecedence
    case .float(let value): value.sign == .minus ? prefixPrecedence : suffixPrecedence
    default: suffixPrecedence
    }
  }

  static func text(of term: MiniTerm) -> String {
    func part(_ inner: MiniTerm, _ least: Int) -> String {
      precedence(of: inner) >= least ? text(of: inner) : "(\(text(of: inner)))"
    }
    switch term.form {
    case .int(let value): return "\(value)"
    case .float(let value): return "\(value)"
    case .bool(let value): return "\(value)"
    case .string(let value): return quoted(value)
    case .list(let items): return "[\(items.map(text(of:)).joined(separator: ", "))]"
    case .variable(let name): return name
    case .call(let name, let items): return "\(name)(\(items.map(text(of:)).joined(separator: ", ")))"
    case .index(let base, let index): return "\(part(base, suffixPrecedence))[\(text(of: index))]"
    case .not(let inner): return "!\(part(inner, prefixPrecedence))"
    case .negated(let inner):
      // A literal right behind the sign would become one with it.
      return "-" + (isNumber(inner) ? "(\(text(of: inner)))" : part(inner, prefixPrecedence))
    case .binary(let op, let left, let right):
      return "\(part(left, op.precedence)) \(op.rawValue) \(part(right, op.precedence + 1))"
    }
  }

  private static func isNumber(_ term: MiniTerm) -> Bool {
    switch term.form {
    case .int, .float: true
    // `-5[0]` would be read as `(-5)[0]`, `-(5[0])` as it is.
    case .index(let base, _): isNumber(base)
    default: false
    }
  }

  static func quoted(_ text: String) -> String {
    var result = "\""
    for c in text.unicodeScalars {
      switch c {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if c.value < 32 || c.value == 127 || (0x80...0x9f).contains(c.value) || c.value == 0x2028 || c.value == 0x2029 {
          result += "\\u{\(String(c.value, radix: 16))}"
        } else {
          result.unicodeScalars.append(c)
        }
      }
    }
    return result + "\""
  }
}
