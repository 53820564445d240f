// SPDX-License-Identifier: Apache-2.0

extension Trace: CustomStringConvertible {
  /// One line a node: number, operation, inputs, value. Values are cut at 60 characters, traces at 200 lines.
  public var description: String { printed() }

  /// One line a node, values cut at `width` characters, at most `lines` nodes (the first and the last ones).
  public func printed(lines: Int = 200, width: Int = 60) -> String {
    let head = count <= lines ? count : lines / 2
    var text = (0..<head).map { line($0, width) }
    if count > lines {
      let tail = lines - head
      text.append("… \(count - head - tail) nodes left out …")
      text += (count - tail..<count).map { line($0, width) }
    }
    return text.joined(separator: "\n")
  }

  private func line(_ node: Int, _ width: Int) -> String {
    let inputs = inputs(of: node).map { "%\($0)" }.joined(separator: ", ")
    let call = inputCount(of: node) == 0 ? operation(of: node) : "\(operation(of: node))(\(inputs))"
    guard let value = value(of: node) else { return "%\(node) = \(call) : freed" }
    var text = String(describing: value).replacing("\n", with: "⏎")
    if text.count > width { text = String(text.prefix(width - 1)) + "…" }
    return "%\(node) = \(call) : \(text)"
  }
}
