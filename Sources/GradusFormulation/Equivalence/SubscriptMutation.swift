// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusModeling
internal import GradusNumerics

/// Exchanges two subscripts, or replaces one by another index in force.
struct SubscriptMutation {
  private let statement: FiveElementStatement

  init(_ statement: FiveElementStatement) { self.statement = statement }

  func applied(_ stream: inout RandomStream) -> ModelMutation.Result? {
    guard let original = try? statement.program() else { return nil }
    let candidates = candidates()
    for k in stream.permutation(candidates.count) {
      let (row, text) = candidates[k]
      var result = statement
      result.constraints[row].text = text
      guard let program = try? result.program(), program.fingerprint != original.fingerprint else { continue }
      return ModelMutation.Result(statement: result, kind: .index, place: statement.constraints[row].name)
    }
    return nil
  }

  /// Constraints with other subscripts; whether they are models shows when they are read.
  private func candidates() -> [(row: Int, text: String)] {
    var found: [(row: Int, text: String)] = []
    for (row, constraint) in statement.constraints.enumerated() {
      guard let head = ExpressionPieces(constraint.indices), let body = ExpressionPieces(constraint.text) else {
        continue
      }
      var bound = head.binders(isIndexing: true).compactMap { head.pieces[$0].name }
      bound += body.binders(isIndexing: false).compactMap { body.pieces[$0].name }
      let partners = body.partners
      let uses = body.pieces.indices.filter { k in
        guard let name = body.pieces[k].name, bound.contains(name), k > 0 else { return false }
        return isSubscript(k, body, partners)
      }
      for k in uses {
        for l in uses where l > k && l - k == 2 && body.pieces[k].kind != body.pieces[l].kind {
          var other = body
          (other.pieces[k].kind, other.pieces[l].kind) = (body.pieces[l].kind, body.pieces[k].kind)
          found.append((row, other.text))
        }
        for name in bound where body.pieces[k].name != name {
          var other = body
          other.pieces[k].kind = .name(name)
          found.append((row, other.text))
        }
      }
    }
    return found
  }

  /// True where the nearest open bracket is that of subscripts.
  private func isSubscript(_ place: Int, _ expression: ExpressionPieces, _ partners: [Int?]) -> Bool {
    var k = place - 1
    while k >= 0 {
      if let partner = partners[k] {
        if partner > k { return expression.pieces[k].sign == "[" }
        k = partner
      }
      k -= 1
    }
    return false
  }
}
