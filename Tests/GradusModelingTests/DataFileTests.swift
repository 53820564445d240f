// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Observations as files state them, and what broken files are told.
@Suite struct DataFileTests {
  private func dense(_ table: DataTable) -> [[Double]] {
    (0..<table.rowCount).map { i in
      var row = [Double](repeating: 0, count: table.featureCount)
      for k in table.starts[i]..<table.starts[i + 1] { row[Int(table.features[k])] = table.values[k] }
      return row
    }
  }

  @Test func sparseLinesFromOne() throws {
    let table = try DataFile.parse(
      text: "+1 1:0.5 3:-2e1 # a comment 9:9\r\n\n# only a comment\n-1\t2:1\n2", format: .svm)
    #expect(dense(table) == [[0.5, 0, -20], [0, 1, 0], [0, 0, 0]])
    #expect(table.targets == .numbers([1, -1, 2]))
    #expect(Array(table.featureNames) == ["1", "2", "3"])
  }

  @Test func aZeroMakesIndicesCountFromZero() throws {
    let table = try DataFile.parse(text: "1 0:7 1:8\n0 1:9\n", format: .svm)
    #expect(dense(table) == [[7, 8], [0, 9]])
    #expect(Array(table.featureNames) == ["0", "1"])
  }

  @Test(arguments: [",", ";", "\t"])
  func separators(_ separator: String) throws {
    let lines = [["height", "\"a \"\"b\"\"\"", "y"], ["1.5", "\"-2\"", "yes"], ["0", " 3 ", "no"]]
    let table = try DataFile.parse(
      text: lines.map { $0.joined(separator: separator) }.joined(separator: "\r\n"), format: .csv)
    #expect(dense(table) == [[1.5, -2], [0, 3]])
    #expect(table.targets == .labels(["yes", "no"]))
    #expect(Array(table.featureNames) == ["height", "a \"b\""])
  }

  @Test func numbersInTheFirstLineAreAnObservation() throws {
    let table = try DataFile.parse(text: "1,2\n3,4\n", format: .csv)
    #expect(dense(table) == [[1], [3]])
    #expect(table.targets == .numbers([2, 4]))
  }

  @Test(arguments: [
    (DataFile.Format.svm, "", "1:1: the file has no observation; expected label index:value …"),
    (.svm, "1\n-1\n", "1:1: no observation has a feature; expected label index:value …"),
    (.svm, "x 1:1\n", "1:1: the label is \"x\"; expected a finite number"),
    (.svm, "1,2 1:1\n", "1:2: several labels; expected one label a line"),
    (.svm, "1 qid:3 1:1\n", "1:3: \"qid\" is not a feature; expected the number of a feature, from 1"),
    (.svm, "1 1\n", "1:3: \"1\" has no colon; expected index:value"),
    (.svm, "1 2:1 2:1\n", "1:7: feature 2 follows feature 2; expected increasing indices in a line"),
    (.svm, "1 1:1\n1 1:inf\n", "2:5: the value of feature 1 is \"inf\"; expected a finite number"),
    (.svm, "1 1:\n", "1:5: the value of feature 1 is \"\"; expected a finite number"),
    (.svm, "1 16777217:1\n", "1:3: feature 16777217; expected at most 16777216 features"),
    (.csv, "", "1:1: the file has no observation; expected numbers, the target in the last column"),
    (.csv, "a,b\n", "1:1: the file has no observation; expected numbers, the target in the last column"),
    (.csv, "1\n2\n", "1:1: one column; expected at least one feature, and the target in the last column"),
    (.csv, "1,2,3\n4,5\n", "2:3: 2 fields; expected 3, as in the first line"),
    (.csv, "1,2\n3,4,5\n", "2:3: 3 fields; expected 2, as in the first line"),
    (
      .csv, "1,2\n,4\n",
      "2:1: the field is empty; expected a number in column 1; fill missing values and write categories as numbers"
    ),
    (
      .csv, "a,b\n1,2\nred,4\n",
      "3:1: \"red\" is not a finite number; expected a number in column 1; fill missing values and write categories as "
        + "numbers"
    ),
    (.csv, "1,2\n1,NA\n", "2:3: the target is missing; expected a number or a label"),
    (.csv, "1,2\n1,inf\n", "2:3: the target is \"inf\"; expected a finite number or a label"),
    (.csv, "1,\"2\n", "1:3: the quoted field does not end; expected \""),
    (.csv, "\"1\"2,3\n", "1:4: text behind a quoted field; expected a separator or the end of the line"),
  ])
  func messages(_ format: DataFile.Format, _ text: String, _ message: String) {
    #expect {
      try DataFile.parse(text: text, format: format, path: "f")
    } throws: { error in
      "\(error)" == "f:\(message)"
    }
  }

  @Test func unknownExtension() {
    #expect {
      try DataFile.read(path: "table.xlsx")
    } throws: { "\($0)" == "table.xlsx: the extension is unknown; expected one of .svm, .csv, each also with .gz" }
  }

  @Test(arguments: DataFile.Format.allCases)
  func mutants(_ format: DataFile.Format) throws {
    let seeds: [DataFile.Format: [String]] = [
      .svm: ["+1 1:0.5 3:-2e1 # c\n-1 2:1\n+1 1:3 2:4 3:5\n", "0 0:1\n1 1:2\n2 0:3 1:1e-3\n"],
      .csv: [
        "a,\"b c\",y\n1,2,yes\n3,4,no\n5,\"6\",no\n", "1;2;3\n4;5;6.5\n7;8;9\n", "1\t2\n3\t4\n",
      ],
    ]
    let mutator = Mutator(seeds: (seeds[format] ?? []).map { Array($0.utf8) })
    var stream = RandomStream(seed: 23)
    var accepted = 0
    for k in 0..<FuzzTests.count {
      let bytes = mutator.mutant(&stream)
      do throws(ReadError) {
        let table = try DataFile.read(FileBytes(path: "f", content: bytes), format)
        accepted += 1
        #expect(table.rowCount == table.targets.count && table.rowCount > 0, "mutant \(k)")
        #expect(table.values.allSatisfy { $0.isFinite && $0 != 0 }, "mutant \(k)")
        #expect(table.features.allSatisfy { (0..<Int32(table.featureCount)).contains($0) }, "mutant \(k)")
        #expect(table.featureNames.count == table.featureCount, "mutant \(k)")
        guard table.featureCount < 1000 else { continue }
        for task in TrainingTask.allCases {
          guard let training = try? TrainingProblem(table, task: task) else { continue }
          let start = Vector.zeros(training.dimension)
          let value = try? RegularizedRisk(training).immediateLinearization(at: start)?.value
          #expect(value?.isNaN == false, "mutant \(k)")
        }
      } catch {
        if error.line < 1 || error.column < 1 || error.description.contains("\n") {
          Issue.record("mutant \(k): \(error)")
        }
      }
    }
    #expect(accepted > FuzzTests.count / 50)
  }
}
