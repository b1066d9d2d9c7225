import { mount } from 'svelte';
import App from './App.svelte';
import { takeToken } from './pages/setup/token';
import './styles/tokens.css';
import './styles/base.css';

takeToken();

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element #app');
mount(App, { target });
