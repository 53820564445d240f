// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

import GradusStudy

@Suite struct StudyExportTests {
  typealias Fixture = StudyFixture

  static let study: StudyRecord = {
    var random = RandomStream(seed: 9)
    let rate = ParameterDistribution.float(low: 1e-5, high: 0.1, isLog: true)
    let kind = ParameterDistribution.categorical(["a,b", "say \"x\"", .null, 3])
    var drafts = (0..<30).map { k -> TrialDraft in
      var draft = Fixture.trial(
        [random.normal() * 1e-17, 1 / 3.0 + Double(k)],
        [.init("lr", random.uniform(1e-5, 0.1), rate), .init("kind, of \"act\"", Double(k % 4), kind)])
      draft.started = Timestamp(microseconds: 1_700_000_000_000_000 + k)
      draft.completed = Timestamp(microseconds: 1_700_000_001_500_000 + 7 * k)
      return draft
    }
    drafts[3].userAttributes = [.init("note", "two\nlines, and \"quotes\""), .init("<b>", [1, 2])]
    drafts[4].systemAttributes = [.init("constraints", [0.5, -1])]
    drafts[4].intermediate = [.init(step: 1, value: .nan), .init(step: 2, value: 0.1)]
    drafts[5] = Fixture.trial([.infinity, -.infinity])
    drafts[6] = Fixture.trial([], state: .waiting)
    drafts[7] = Fixture.trial([], state: .failed)
    return Fixture.study(drafts, [.minimize, .maximize])
  }()

  /// Rows and fields as RFC 4180 has them.
  static func rows(_ bytes: [UInt8]) -> [[String]] {
    var (rows, row, field, isQuoted): ([[String]], [String], [UInt8], Bool) = ([], [], [], false)
    var k = 0
    while k < bytes.count {
      let byte = bytes[k]
      if isQuoted {
        if byte == 0x22, k + 1 < bytes.count, bytes[k + 1] == 0x22 {
          field.append(byte)
          k += 1
        } else if byte == 0x22 {
          isQuoted = false
        } else {
          field.append(byte)
        }
      } else if byte == 0x22 {
        isQuoted = true
      } else if byte == 0x2C || byte == 0x0A {
        row.append(String(decoding: field, as: UTF8.self))
        field = []
        if byte == 0x0A {
          rows.append(row)
          row = []
        }
      } else {
        field.append(byte)
      }
      k += 1
    }
    return rows
  }

  @Test func theTableReadsBack() throws {
    let rows = Self.rows(StudyTable(Self.study).parts.flatMap { $0 })
    #expect(
      rows.first == [
        "number", "state", "values_0", "values_1", "params_lr", "params_kind, of \"act\"", "user_attrs_note",
        "user_attrs_<b>", "datetime_start", "datetime_complete", "seconds",
      ])
    #expect(rows.count == 31 && rows.allSatisfy { $0.count == 11 })
    for (row, trial) in zip(rows.dropFirst(), Self.study.trials) {
      #expect(row[0] == "\(trial.number)" && row[1] == trial.state.name)
      #expect(row[2...3].compactMap { Double($0) } == trial.values)
      #expect(Double(row[4]) == trial.parameters.first?.value)
      #expect(row[8] == trial.started?.description ?? "")
      #expect(Double(row[10]) == trial.seconds)
    }
    #expect(rows[1][5] == "a,b" && rows[2][5] == "say \"x\"" && rows[3][5] == "null")
    #expect(rows[4][5] == "3" && rows[4][6] == "two\nlines, and \"quotes\"" && rows[4][7] == "[1,2]")
    #expect(rows[6][2] == "inf" && rows[6][3] == "-inf" && rows[7][2].isEmpty)
    #expect(
      StudyTable(Fixture.study([])).parts == [
        Array("number,state,value,datetime_start,datetime_complete,seconds\n".utf8)
      ])
  }

  @Test func theDocumentHoldsEverything() throws {
    let json = try JSONValue(parsing: StudyDocument(Self.study).parts.flatMap { $0 })
    #expect(json["schema"] == "gradus.study/1" && json["directions"] == ["minimize", "maximize"])
    let distributions = json["parameters"]?.elements?.compactMap { $0["distribution"] } ?? []
    #expect(distributions.map { ParameterDistribution(json: $0) } == Self.study.parameters.map(\.distribution))
    let trials = try #require(json["trials"]?.elements)
    #expect(trials.count == 30)
    for (found, trial) in zip(trials, Self.study.trials) {
      #expect(found["values"]?.doubles == trial.values)
      #expect(found["parameters"]?.members == Self.study.values(of: trial))
      #expect(found["state"]?.text == trial.state.name && found["number"]?.whole == trial.number)
      #expect(found["seconds"]?.double == trial.seconds)
      #expect(found["userAttributes"]?.members ?? [] == trial.userAttributes)
    }
    #expect(trials[4]["intermediate"] == [[1, "nan"], [2, 0.1]])
    #expect(trials[4]["constraints"] == [0.5, -1.0])
    let empty = try JSONValue(parsing: StudyDocument(Fixture.study([])).parts.flatMap { $0 })
    #expect(empty["trials"] == [])
  }

  @Test func objectiveNames() {
    var replica = StudyReplica()
    replica.apply(.createStudy(name: "s", directions: [.minimize, .maximize]))
    #expect(replica.study(named: "s")?.objectiveNames == ["value 1", "value 2"])
    replica.apply(.setStudyAttribute(study: 0, .system, name: "study:metric_names", ["loss", "speed"]))
    #expect(replica.study(named: "s")?.objectiveNames == ["loss", "speed"])
    let header = replica.study(named: "s").map { Self.rows(StudyTable($0).parts.flatMap { $0 })[0] } ?? []
    #expect(header[2...3] == ["values_loss", "values_speed"])
  }
}
