// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Why a linear or integer program has no point, by the user's names.
public struct InfeasibilityExplanation: Sendable, Hashable {
  /// Rows that contradict each other together with `bounds`; positions in the form.
  public var rows: [Int]
  /// Variables whose bounds take part; every other bound is let go.
  public var bounds: [Int]
  /// True when without any single one of them the rest has a point.
  public var isIrreducible: Bool
  /// True when the conflict needs that integer variables are whole numbers: the rows and bounds alone have a point.
  public var countsIntegrality = false
  /// The smallest sum by which rows must give way while bounds hold; empty when it was not found in time.
  public var relaxation: [Concession]
  /// Linear programs solved for it.
  public var solves: Int

  /// The conflict by name, as results state it: bounds by the name of their variable.
  public func conflict(in form: StandardForm) -> ResultDocument.Conflict {
    ResultDocument.Conflict(rows: rows.map { form.rowNames[$0] }, bounds: bounds.map { form.columnNames[$0] })
  }

  /// How much each named row or bound gives way in the smallest relaxation.
  public func relaxation(in form: StandardForm) -> NamedNumbers {
    var names = NameTable()
    var values: [Double] = []
    var seen: [Concession.Place: Int] = [:]
    for concession in relaxation {
      if let k = seen[concession.place] {
        values[k] += concession.amount
        continue
      }
      seen[concession.place] = values.count
      names.append(name(concession.place, form))
      values.append(concession.amount)
    }
    return NamedNumbers(names, values)
  }

  /// Sentences for people, without full stops.
  public func sentences(in form: StandardForm) -> [String] {
    guard !rows.isEmpty || !bounds.isEmpty else { return [] }
    let parts = [counted(rows.count, "row"), counted(bounds.count, "bound")].compactMap { $0 }.joined(
      separator: " and ")
    let tail =
      isIrreducible
      ? "; without any one of them the rest has a solution" : "; it was not decided whether all of them are needed"
    let count = rows.count + bounds.count
    let whole = countsIntegrality ? " over whole numbers" : ""
    let verb = count == 1 ? "cannot hold by itself" : "contradict each other"
    var sentences = ["\(parts) \(verb)\(whole)\(tail)"]
    let writer = RowText(form)
    for i in rows.prefix(Self.listed) { sentences.append(writer.row(i)) }
    for j in bounds.prefix(Self.listed) { sentences.append(writer.bound(j)) }
    let unlisted = max(0, rows.count - Self.listed) + max(0, bounds.count - Self.listed)
    if unlisted > 0 { sentences.append("and \(unlisted) more in \"conflict\"") }
    if !relaxation.isEmpty {
      let steps = relaxation.prefix(Self.listed).map { concession in
        let verb = concession.side == .lower ? "lower" : "raise"
        let side = concession.side == .lower ? "lower" : "upper"
        return "\(verb) the \(side) side of '\(name(concession.place, form))' by \(RowText.brief(concession.amount))"
      }
      let more = relaxation.count > Self.listed ? " and \(relaxation.count - Self.listed) more" : ""
      sentences.append("the smallest relaxation: \(steps.joined(separator: ", "))\(more)")
    }
    return sentences
  }

  /// Lines written out in sentences; the rest is counted.
  private static let listed = 12

  private func counted(_ count: Int, _ noun: String) -> String? {
    count == 0 ? nil : count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  private func name(_ place: Concession.Place, _ form: StandardForm) -> String {
    switch place {
    case .row(let i): form.rowNames[i]
    case .bound(let j): form.columnNames[j]
    }
  }
}
