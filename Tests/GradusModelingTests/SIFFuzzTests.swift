// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Damaged SIF files: no crash, no hang, an error with a place, or a problem with numbers.
@Suite struct SIFFuzzTests {
  static let head = SIFMessageTests.head

  static let seeds = [
    SIFReaderTests.element(
      SIFReaderTests.card("R", "U", "X", "2.0", "Y", "-1.0") + SIFReaderTests.card("A", "C", "", "U .GT. P")
        + SIFReaderTests.card("I", "C", "R", "EXP( U ) * P")
        + SIFReaderTests.card("E", "C", "R", "1.0D0 / U**2") + SIFReaderTests.card("F", "", "", "R"),
      temporaries: SIFReaderTests.card("L", "C") + SIFReaderTests.card("R", "R")
    ).replacing("ELEMENT USES", with: SIFReaderTests.card("IV", "ET", "U") + "ELEMENT USES"),
    SIFReaderTests.text(
      "CONSTANTS\n" + SIFReaderTests.card("", "S", "'DEFAULT'", "5") + "RANGES\n"
        + SIFReaderTests.card("", "S", "A", "-2") + "BOUNDS\n"
        + SIFReaderTests.card("FR", "B", "'DEFAULT'") + SIFReaderTests.card("XU", "B", "X1", "3") + "START POINT\n"
        + SIFReaderTests.card("V", "S", "X2", "5")
        + "GROUP TYPE\n" + SIFReaderTests.card("GV", "SQ", "V") + "GROUP USES\n"
        + SIFReaderTests.card("T", "OBJ", "SQ"),
      parts: "GROUPS        T\nINDIVIDUALS\n" + SIFReaderTests.card("T", "SQ")
        + SIFReaderTests.card("F", "", "", "V * V") + "ENDATA\n",
      groups: SIFReaderTests.card("N", "OBJ", "X1", "3") + SIFReaderTests.card("L", "A", "X1", "1", "X2", "1")),
    head + SIFReaderTests.card("IE", "1", "", "1") + SIFReaderTests.card("IE", "N", "", "4")
      + SIFReaderTests.card("RE", "R", "", "2.5") + "VARIABLES\n"
      + SIFReaderTests.card("DO", "I", "1", "", "N") + SIFReaderTests.card("X", "X(I)") + SIFReaderTests.card("ND")
      + "GROUPS\n" + SIFReaderTests.card("DO", "I", "1", "", "N")
      + SIFReaderTests.card("DI", "I", "1") + SIFReaderTests.card("RI", "RI", "I")
      + SIFReaderTests.card("A*", "C(I)", "RI", "", "R")
      + SIFReaderTests.card("DO", "J", "I", "", "N") + SIFReaderTests.card("ZN", "OBJ", "X(J)", "", "C(I)")
      + SIFReaderTests.card("XE", "E(I)", "X(J)", "1")
      + SIFReaderTests.card("ND") + "ENDATA\n",
  ]

  @Test func mutants() throws {
    var stream = RandomStream(seed: 17)
    let mutator = Mutator(seeds: Self.seeds.map { Array($0.utf8) })
    var accepted = 0
    for seed in Self.seeds { _ = try SIFReaderTests.read(seed) }
    for k in 0..<FuzzTests.count {
      let bytes = mutator.mutant(&stream)
      let start = ThreadClock.seconds
      do throws(ReadError) {
        let program = try SIFReader.read(FileBytes(path: "f", content: bytes), workLimit: 100_000).program
        accepted += 1
        let form = program.linear
        let sides = [form.rowLower, form.rowUpper, form.columnLower, form.columnUpper].joined()
        let numbers = form.costs + form.matrix.values + [form.objectiveOffset]
        if !numbers.allSatisfy(\.isFinite) { Issue.record("mutant \(k) has coefficients that are not finite") }
        if sides.contains(where: \.isNaN) { Issue.record("mutant \(k) has a bound that is not a number") }
        _ = SIFCollectionTests.values(program, program.start.elements)
      } catch {
        if error.line < 1 || error.column < 1 || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
      if ThreadClock.seconds - start > 2 {
        Issue.record("mutant \(k) takes too long: \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(accepted > FuzzTests.count / 50)
  }
}
