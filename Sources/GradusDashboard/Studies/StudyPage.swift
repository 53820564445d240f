// SPDX-License-Identifier: Apache-2.0
import Gradus

/// A study as one page with all its pictures, without outside resources.
package struct StudyPage {
  package let study: StudyRecord
  package let objective: Int

  package init(study: StudyRecord, objective: Int) {
    self.study = study
    self.objective = objective
  }

  package var html: String {
    let summary = StudySummary(study)
    let changed = summary.lastChange.map { "; last change \($0.description.prefix(19)) UTC" } ?? ""
    var page = HTMLPage(
      StudyText.plain(study.name),
      remark: escaped("\(StudyText.directions(study)); \(StudyText.counts(summary))\(changed)"))
    for kind in StudyPicture.Kind.allCases {
      if kind == .front, study.directions.count < 2 { continue }
      page.add(heading: kind.heading)
      // What each objective is worth a picture of, up to four.
      let each: [Int] = [.history, .slice].contains(kind) ? Array(objectives.prefix(4)) : [objective]
      for k in each { add(kind, StudyPicture(study, objective: k), to: &page) }
    }
    if !summary.best.isEmpty {
      page.add(heading: study.directions.count > 1 ? "Front" : "Best trial")
      page.add(TrialTable.front(summary.best.prefix(100).map { study.trials[$0] }, in: study))
    }
    return page.text
  }

  /// The chosen one first.
  private var objectives: [Int] { [objective] + study.directions.indices.filter { $0 != objective } }

  private func add(_ kind: StudyPicture.Kind, _ picture: StudyPicture, to page: inout HTMLPage) {
    do { page.add(picture: try picture.svg(kind)) } catch { page.add(paragraph: error.message) }
  }
}
