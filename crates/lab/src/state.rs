//! What a lab remembers of itself: its subnet and its nodes.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::LabError;
use crate::layout::{self, Layout, RUN};
use crate::lock::Lock;
use crate::network::Subnet;
use crate::spec::NodeSpec;

/// Written before anything else is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) subnet: Subnet,
    pub(crate) nodes: Vec<NodeSpec>,
}

impl State {
    /// What a lab remembers; `None` where there is none.
    pub(crate) fn read(layout: &Layout) -> Result<Option<Self>, LabError> {
        let path = layout.state();
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(LabError::file("read", &path))?,
        };
        serde_json::from_str(&text).map(Some).map_err(|source| LabError::State { path, source })
    }

    /// Remembers the nodes of a new lab, for which a subnet is found that no other lab has.
    pub(crate) fn create(layout: &Layout, nodes: Vec<NodeSpec>) -> Result<Self, LabError> {
        let lock = Lock::take(&Path::new(RUN).join(".subnets.lock"))?;
        let others = layout::labs().into_iter().filter_map(|lab| Self::read(&Layout::new(&lab)).ok()?);
        let taken: Vec<Subnet> = others.map(|state| state.subnet).collect();
        let state = Self { subnet: Subnet::free(&taken).ok_or(LabError::NoSubnet)?, nodes };
        state.write(layout)?;
        lock.remove()?;
        Ok(state)
    }

    /// Adds nodes. Those that are there stay as they are: a node's size is not changed behind its back.
    pub(crate) fn extend(&mut self, layout: &Layout, wanted: Vec<NodeSpec>) -> Result<(), LabError> {
        let differs =
            |node: &NodeSpec| LabError::Differs { name: layout.lab().to_owned(), node: node.name.clone() };
        for (index, there) in self.nodes.iter().enumerate() {
            if wanted.get(index) != Some(there) {
                return Err(differs(there));
            }
        }
        if wanted.len() > self.nodes.len() {
            self.nodes = wanted;
            self.write(layout)?;
        }
        Ok(())
    }

    fn write(&self, layout: &Layout) -> Result<(), LabError> {
        let path = layout.state();
        let unfinished = path.with_extension("part");
        let folder = layout.lib();
        fs::create_dir_all(&folder).map_err(LabError::file("make", &folder))?;
        let text = serde_json::to_string_pretty(self)
            .map_err(|source| LabError::State { path: path.clone(), source })?;
        fs::write(&unfinished, text).map_err(LabError::file("write", &unfinished))?;
        fs::rename(&unfinished, &path).map_err(LabError::file("make", path))
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::layout::Layout;
    use crate::network::Subnet;
    use crate::spec::NodeSpec;

    #[test]
    fn what_is_remembered_is_read_back() {
        let state = State {
            subnet: Subnet::free(&[]).unwrap(),
            nodes: vec![NodeSpec::manager("ap1").mhz(2000.0), NodeSpec::worker("ap2")],
        };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
    }

    #[test]
    fn nodes_that_are_there_cannot_be_changed() {
        let layout = Layout::new("never-made");
        let nodes = vec![NodeSpec::manager("ap1"), NodeSpec::worker("ap2")];
        let mut state = State { subnet: Subnet::free(&[]).unwrap(), nodes: nodes.clone() };
        state.extend(&layout, nodes.clone()).unwrap();
        for wanted in [vec![nodes[0].clone()], vec![nodes[0].clone(), nodes[1].clone().mhz(500.0)]] {
            let error = state.extend(&layout, wanted).unwrap_err().to_string();
            assert!(error.contains("node ap2 is not what was asked for"), "{error}");
        }
    }
}
