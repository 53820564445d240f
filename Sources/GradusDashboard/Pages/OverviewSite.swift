// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusStudy

/// The first page: all studies, all runs.
struct OverviewSite {
  let shelf: StudyShelf
  let runs: RunShelf

  func page() -> SitePage {
    var page = SitePage(title: "Studies and runs", address: "/")
    page.parts.append(.init(id: "studies", heading: "Studies", content: studies()))
    page.parts.append(.init(id: "runs", heading: "Runs", content: runList()))
    return page
  }

  func part(_ id: String) -> String? {
    switch id {
    case "studies": studies()
    case "runs": runList()
    default: nil
    }
  }

  private func studies() -> String {
    guard !shelf.views.isEmpty else {
      return SitePage.note("No storage is shown; name one with 'gradus serve --storage FILE'.")
    }
    let now = Timestamp.now
    var table = Table(["study", "objectives", "trials", "best", "last change", "storage"])
    var links: [String] = []
    var failures = ""
    var names: [String: Int] = [:]
    var found: [(study: StudyRecord, storage: Int)] = []
    for (k, view) in shelf.views.enumerated() {
      do {
        for study in try view.replica().studies.values.sorted(by: { $0.id < $1.id }) where !study.directions.isEmpty {
          found.append((study, k))
          names[study.name, default: 0] += 1
        }
      } catch {
        failures += SitePage.failure("\(view.name): \(DashboardError(error).message)")
      }
    }
    for (study, k) in found {
      let summary = StudySummary(study)
      links.append("/studies/\(PercentText.encoded(study.name))" + (names[study.name] == 1 ? "" : "?storage=\(k)"))
      table.rows.append([
        StudyText.plain(study.name), StudyText.directions(study), StudyText.counts(summary),
        StudyText.best(study, summary), StudyText.ago(summary.lastChange, now: now), shelf.views[k].name,
      ])
    }
    if table.rows.isEmpty { return failures + SitePage.note("No study yet; 'gradus tune SPEC' begins one.") }
    return failures + SitePage.table(table, "Studies", links: links)
  }

  private func runList() -> String {
    do {
      let names = try runs.names()
      guard !names.isEmpty else {
        return SitePage.note(
          runs.folder == nil
            ? "No folder of runs is shown; name one with 'gradus serve --runs FOLDER'."
            : "No run yet; 'gradus solve FILE --record FOLDER/NAME.run' makes one, as does POST /api/runs.")
      }
      var table = Table(["run", "method", "state", "value"], numeric: [3])
      for entry in names.prefix(500) {
        do { table.rows.append([entry.name] + RunSite(name: entry.name, run: try runs.run(entry.name)).row) } catch {
          table.rows.append([entry.name, "", DashboardError(error).message, ""])
        }
      }
      let more = names.count > 500 ? SitePage.note("… and \(names.count - 500) more") : ""
      return SitePage.table(
        table, "Runs", links: names.prefix(500).map { "/runs/\(PercentText.encoded($0.name))" }, states: 2) + more
    } catch { return SitePage.failure(DashboardError(error).message) }
  }
}
