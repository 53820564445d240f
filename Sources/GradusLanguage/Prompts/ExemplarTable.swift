// SPDX-License-Identifier: Apache-2.0

/// What instructions and examples are worth, alone and together.
public struct ExemplarTable: Sendable, Codable, CustomStringConvertible {
  /// One way to find an instruction with one way to choose examples.
  public struct Cell: Sendable, Codable {
    public var instruction: ExemplarProtocol.Instruction
    public var exemplars: ExemplarSearch.Strategy
    /// What it recommends.
    public var assignment: Assignment
    /// Places of the data to choose by that were run, and questions to the advisor.
    public var charged: Int
    public var advice: Int
    /// The score on the data it was chosen by.
    public var selectionScore: Double
    /// One score for each place of the data set aside.
    public var reportingScores: [Double]
    /// Against the first cell – the instruction at the start without examples – place by place.
    public var gain: PairedGain
  }

  public var cells: [Cell]

  /// The cell of two ways; nil where it was not asked for.
  public subscript(instruction: ExemplarProtocol.Instruction, exemplars: ExemplarSearch.Strategy) -> Cell? {
    cells.first { $0.instruction == instruction && $0.exemplars == exemplars }
  }

  public var description: String {
    func short(_ x: Double) -> String { "\((x * 1000).rounded() / 1000)" }
    func row(_ columns: [String]) -> String {
      columns.map { $0 + String(repeating: " ", count: max(0, 18 - $0.count)) }.joined(separator: " ")
    }
    let head = row(["instruction", "examples", "runs", "score", "on data set aside", "gain [95 %]"])
    return
      ([head]
      + cells.map { cell in
        row([
          cell.instruction.rawValue, cell.exemplars.rawValue, "\(cell.charged)", short(cell.selectionScore),
          short(cell.gain.after), "\(short(cell.gain.gain)) [\(short(cell.gain.lower)), \(short(cell.gain.upper))]",
        ])
      }).joined(separator: "\n")
  }
}
